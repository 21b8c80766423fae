#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace work {

template <typename T>
class Pool {
public:
    explicit Pool(std::size_t size) : size_(size) {
        free_.reserve(size);
    }

    std::unique_ptr<T> take() {
        if (free_.empty()) {
            return std::make_unique<T>();
        }
        auto item = std::move(free_.back());
        free_.pop_back();
        return item;
    }

    void give(std::unique_ptr<T> item) {
        if (free_.size() < size_) {
            free_.push_back(std::move(item));
        }
    }

    void each(const std::function<void(T &)> &visit) {
        for (auto &item : free_) {
            visit(*item);
        }
    }

private:
    std::size_t size_;
    std::vector<std::unique_ptr<T>> free_;
};

std::string join(const std::vector<std::string> &parts, const std::string &between) {
    std::string joined;
    bool first = true;
    for (const auto &part : parts) {
        if (!first) {
            joined += between;
        }
        joined += part;
        first = false;
    }
    return joined;
}

int score(const std::vector<int> &points) {
    int best = 0;
    auto keep = [&best](int value) {
        if (value > best) {
            best = value;
        }
    };
    for (int value : points) {
        keep(value);
    }
    return best > 100 ? 100
                      : best;
}

}  // namespace work
