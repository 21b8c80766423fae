#include <vector>

namespace math {

// A matrix of numbers, row by row.
class Matrix {
public:
    Matrix(int rows, int columns) : rows_(rows), columns_(columns), values_(rows * columns) {}

    «double sum(bool absolute = false) const {
        double result = 0;
        for (double value : values_) {
            // Not a number counts as nothing.
            if (value != value) continue;
            result += absolute && value < 0 ? -value : value;
        }
        return result;
    }»

    int rows() const { return rows_; }

private:
    int rows_, columns_;
    std::vector<double> values_;
};

}  // namespace math
