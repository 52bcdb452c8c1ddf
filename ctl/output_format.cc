#include "ctl/output_format.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "ctl/yaml_text.h"
#include "policy/nearest_word.h"

namespace binnacle::ctl {
namespace {

constexpr absl::string_view kWords[] = {"table", "json", "yaml"};

// "" when the word is a format; CLI11 shows the answer otherwise.
std::string Complain(const std::string& word) {
  for (absl::string_view known : kWords) {
    if (word == known) return "";
  }
  const std::string remedy = policy::DidYouMean(word, kWords);
  return absl::StrCat("unknown format \"", word, "\"; allowed are table, json and yaml",
                      remedy.empty() ? "" : absl::StrCat(" (", remedy, ")"));
}

}  // namespace

void AddOutputOption(CLI::App& command, OutputFormat& format) {
  const auto take = [&format](const std::string& word) {
    format = word == "json"   ? OutputFormat::kJson
             : word == "yaml" ? OutputFormat::kYaml
                              : OutputFormat::kTable;
  };
  command
      .add_option_function<std::string>("-o,--output", take, "how to print: table, json or yaml")
      ->type_name("FORMAT")
      ->check(CLI::Validator(Complain, ""));
}

void PrintStructured(const Json& value, OutputFormat format, Console& console) {
  if (format == OutputFormat::kYaml) {
    console.out << ToYaml(value);
  } else {
    console.out << value.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }
}

}  // namespace binnacle::ctl
