#include "ctl/table.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_split.h"

namespace binnacle::ctl {
namespace {

TEST_CASE("columns are as wide as what is in them") {
  Table table({"NAME", "PORT"});
  table.AddRow({"a-longer-name", "80"});
  table.AddRow({"b", ""});
  CHECK(table.Render(120, false) ==
        "NAME           PORT\n"
        "a-longer-name  80\n"
        "b              -\n");
}

TEST_CASE("what does not fit its column goes on below it, and nothing is lost") {
  Table table({"NAME", "WHY"});
  table.AddRow({"reviews", "no healthy upstream in the subset"});
  CHECK(table.Render(24, false) ==
        "NAME     WHY\n"
        "reviews  no healthy\n"
        "         upstream in the\n"
        "         subset\n");
}

TEST_CASE("long words are broken after punctuation, or anywhere if there is none") {
  CHECK(WrapText("reviews.default.svc.cluster.local", 16) ==
        std::vector<std::string>{"reviews.default.", "svc.cluster.", "local"});
  CHECK(WrapText("(/etc/mesh/web.yaml:10)", 20) ==
        std::vector<std::string>{"(/etc/mesh/", "web.yaml:10)"});
  CHECK(WrapText("abcdefgh", 3) == std::vector<std::string>{"abc", "def", "gh"});
  CHECK(WrapText("one\ntwo", 10) == std::vector<std::string>{"one", "two"});
  CHECK(WrapText("", 10) == std::vector<std::string>{""});
}

TEST_CASE("no line is wider than the console, whatever is in the table") {
  for (int width : {20, 60, 120}) {
    Table table({"A", "B", "C"});
    table.AddRow({std::string(100, 'x'), std::string(300, 'y'), "z z z z z z z z z z z z z"});
    table.AddRow({"short", std::string(50, '.'), ""});
    for (absl::string_view line : absl::StrSplit(table.Render(width, false), '\n')) {
      CHECK(DisplayWidth(line) <= static_cast<size_t>(width));
      CHECK((line.empty() || line.back() != ' '));
    }
  }
}

TEST_CASE("letters beyond ASCII take one column and are never cut in two") {
  CHECK(DisplayWidth("żółw") == 4);
  CHECK(WrapText("żółwżółw", 4) == std::vector<std::string>{"żółw", "żółw"});
  Table table({"NAME", "N"});
  table.AddRow({"żółw", "1"});
  table.AddRow({"abcd", "2"});
  CHECK(table.Render(120, false) == "NAME  N\nżółw  1\nabcd  2\n");
}

TEST_CASE("colours do not move columns") {
  Table table({"A", "B"});
  table.AddRow({Cell("x", Tone::kBad), "y"});
  CHECK(table.Render(120, true) == "\033[1mA\033[0m  \033[1mB\033[0m\n\033[31mx\033[0m  y\n");
}

}  // namespace
}  // namespace binnacle::ctl
