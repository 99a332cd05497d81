#pragma once
// Figures of several rounds and the table they are printed in.

#include <string>
#include <vector>

namespace postern::bench {

/// The middle value; 0 for none.
double median(std::vector<double> values);

/// "1.23 s", "45 ms".
std::string shownSeconds(double seconds);
/// `value` with so many decimals.
std::string shown(double value, int decimals);

/// Rows of equal length, the first one the head; printed with columns as wide as needed.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace postern::bench
