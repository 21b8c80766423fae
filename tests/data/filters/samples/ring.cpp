#include <cstddef>
#include <cstdio>
#include <optional>
#include <vector>

namespace ring {

// A buffer that forgets what is oldest when it is full.
template <typename T>
class Buffer {
 public:
  explicit Buffer(std::size_t size) : items_(size) {}

  void push(T item) {
    items_[(start_ + count_) % items_.size()] = std::move(item);
    if (count_ < items_.size()) {
      ++count_;
    } else {
      start_ = (start_ + 1) % items_.size();
    }
  }

  std::optional<T> pop() {
    if (count_ == 0) {
      return std::nullopt;
    }
    T item = std::move(items_[start_]);
    start_ = (start_ + 1) % items_.size();
    --count_;
    return item;
  }

  std::size_t size() const { return count_; }

 private:
  std::vector<T> items_;
  std::size_t start_ = 0;
  std::size_t count_ = 0;
};

}  // namespace ring

int main(int argc, char** argv) {
  ring::Buffer<char> buffer(16);
  for (int i = 1; i < argc; ++i) {
    for (const char* c = argv[i]; *c != '\0'; ++c) {
      if (*c == '(' || *c == ')') {
        continue;
      }
      buffer.push(*c);
    }
  }
  while (auto c = buffer.pop()) {
    std::putchar(*c);
  }
  std::puts("");
  return 0;
}
