#include "ctl/table.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace binnacle::ctl {
namespace {

constexpr size_t kGap = 2;

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// The number of bytes in the first `columns` columns of `text`.
size_t BytesOf(absl::string_view text, size_t columns) {
  size_t bytes = 0;
  while (bytes < text.size() && (columns > 0 || !StartsCodePoint(text[bytes]))) {
    if (StartsCodePoint(text[bytes])) --columns;
    ++bytes;
  }
  return bytes;
}

// Where a line that may hold `limit` bytes of `text` should end.
size_t BreakPoint(absl::string_view text, size_t limit) {
  if (text[limit] == ' ') return limit;
  const absl::string_view line = text.substr(0, limit);
  const size_t space = line.rfind(' ');
  if (space != absl::string_view::npos && space > 0) return space;
  // A path is better cut before a file's name than before its ending.
  for (const char* marks : {",;|/~", ".:_-"}) {
    const size_t mark = line.find_last_of(marks);
    if (mark != absl::string_view::npos && mark + 1 > limit / 2) return mark + 1;
  }
  return limit;
}

std::vector<std::string> WrapParagraph(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (DisplayWidth(text) > width) {
    const size_t end = BreakPoint(text, BytesOf(text, width));
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(text.substr(0, end)));
    text = absl::StripLeadingAsciiWhitespace(text.substr(end));
  }
  lines.emplace_back(text);
  return lines;
}

// The widest that a column may be so that all of them fit into `room`.
size_t WidestAllowed(std::vector<size_t> widths, size_t room) {
  std::sort(widths.begin(), widths.end());
  for (size_t i = 0; i < widths.size(); ++i) {
    const size_t share = room / (widths.size() - i);
    if (widths[i] > share) return std::max<size_t>(share, 1);
    room -= widths[i];
  }
  return widths.empty() ? 0 : widths.back();
}

std::string RenderRow(const std::vector<Cell>& cells, const std::vector<size_t>& widths,
                      bool colour) {
  std::vector<std::vector<std::string>> columns;
  size_t height = 1;
  for (size_t i = 0; i < cells.size(); ++i) {
    columns.push_back(WrapText(cells[i].text, widths[i]));
    height = std::max(height, columns.back().size());
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    size_t owed = 0;  // spaces not yet written, so that none trail
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string part = line < columns[i].size() ? columns[i][line] : "";
      if (!part.empty()) {
        absl::StrAppend(&text, std::string(owed, ' '), Paint(part, cells[i].tone, colour));
        owed = 0;
      }
      owed += widths[i] - DisplayWidth(part) + kGap;
    }
    text += '\n';
  }
  return text;
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::vector<std::string> WrapText(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  for (absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    for (std::string& line : WrapParagraph(paragraph, std::max<size_t>(width, 1))) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

Table::Table(std::vector<std::string> headings) {
  for (std::string& heading : headings) {
    headings_.emplace_back(std::move(heading), Tone::kHeading);
  }
}

void Table::AddRow(std::vector<Cell> cells) {
  cells.resize(headings_.size(), Cell(""));
  for (Cell& cell : cells) {
    if (cell.text.empty()) cell.text = "-";
  }
  rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::ColumnWidths(size_t width) const {
  std::vector<size_t> widths;
  for (const Cell& heading : headings_) widths.push_back(DisplayWidth(heading.text));
  for (const std::vector<Cell>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      for (absl::string_view line : absl::StrSplit(row[i].text, '\n')) {
        widths[i] = std::max(widths[i], DisplayWidth(line));
      }
    }
  }
  const size_t gaps = kGap * (widths.empty() ? 0 : widths.size() - 1);
  const size_t widest = WidestAllowed(widths, width > gaps ? width - gaps : 1);
  for (size_t& each : widths) each = std::min(each, widest);
  return widths;
}

std::string Table::Render(int width, bool colour) const {
  const std::vector<size_t> widths = ColumnWidths(static_cast<size_t>(std::max(width, 1)));
  std::string text = RenderRow(headings_, widths, colour);
  for (const std::vector<Cell>& row : rows_) absl::StrAppend(&text, RenderRow(row, widths, colour));
  return text;
}

}  // namespace binnacle::ctl
