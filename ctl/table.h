// ctl/table.h
//
// A table that people can read: columns as wide as what is in them, and never
// wider in all than the console. Text that does not fit its column goes on in
// the next line, so nothing is ever cut off.
//
// Threads  one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ctl/console.h"

namespace binnacle::ctl {

struct Cell {
  Cell(std::string shown) : text(std::move(shown)) {}  // NOLINT: a cell is its text
  Cell(const char* shown) : text(shown) {}             // NOLINT
  Cell(std::string shown, Tone how) : text(std::move(shown)), tone(how) {}

  std::string text;
  Tone tone = Tone::kPlain;
};

class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  // As many cells as there are headings; an empty one is shown as "-".
  void AddRow(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  size_t size() const { return rows_.size(); }

  // Every line ends with '\n' and has no trailing space.
  std::string Render(int width, bool colour) const;

 private:
  std::vector<size_t> ColumnWidths(size_t width) const;

  std::vector<Cell> headings_;
  std::vector<std::vector<Cell>> rows_;
};

// How many columns a terminal needs for UTF-8 text: one to a code point.
size_t DisplayWidth(absl::string_view text);

// Lines of at most `width` columns; broken after a space or, for want of one,
// after punctuation.
std::vector<std::string> WrapText(absl::string_view text, size_t width);

}  // namespace binnacle::ctl
