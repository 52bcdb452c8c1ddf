#include "ctl/validate.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ctl/finding_json.h"
#include "ctl/output_format.h"
#include "ctl/policy_files.h"
#include "policy/document.h"

namespace binnacle::ctl {
namespace {

struct Options {
  std::vector<std::string> paths;
  OutputFormat format = OutputFormat::kTable;
};

// What all files hold together.
class Examination {
 public:
  void Take(const std::string& file, policy::Parsed parsed) {
    ++files_;
    std::move(parsed.findings.begin(), parsed.findings.end(), std::back_inserter(findings_));
    unknown_kinds_.insert(parsed.unknown_kinds.begin(), parsed.unknown_kinds.end());
    for (const auto& object : parsed.objects) TakeObject(file, *object);
  }

  const std::vector<policy::Finding>& findings() const { return findings_; }
  const absl::btree_set<std::string>& unknown_kinds() const { return unknown_kinds_; }

  // "3 files, 12 objects: 1 error, 2 warnings"
  std::string Summary() const {
    const auto errors = static_cast<size_t>(
        std::count_if(findings_.begin(), findings_.end(), [](const policy::Finding& finding) {
          return finding.severity == policy::Severity::kError;
        }));
    const std::string all = absl::StrCat(Count(files_, "file"), ", ", Count(objects_, "object"));
    if (findings_.empty()) return absl::StrCat(all, ": no findings");
    return absl::StrCat(all, ": ", Count(errors, "error"), ", ",
                        Count(findings_.size() - errors, "warning"));
  }

 private:
  static std::string Count(size_t count, absl::string_view what) {
    return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
  }

  void TakeObject(const std::string& file, const policy::Object& object) {
    ++objects_;
    const auto [first, is_new] = places_.emplace(object.key, object.origin.ToString());
    if (is_new) return;
    policy::Finding finding;
    finding.code = "duplicate-object";
    finding.kind = std::string(policy::KindName(object.key.kind));
    finding.ns = object.key.ns;
    finding.name = object.key.name;
    finding.file = file;
    finding.line = object.origin.line;
    finding.column = object.origin.column;
    finding.message =
        absl::StrCat("defined twice: at ", first->second, " and at ", object.origin.ToString());
    finding.remedy = "remove one of them, or give it another name";
    findings_.push_back(std::move(finding));
  }

  size_t files_ = 0;
  size_t objects_ = 0;
  std::vector<policy::Finding> findings_;
  absl::btree_set<std::string> unknown_kinds_;
  absl::btree_map<policy::ObjectKey, std::string> places_;
};

Tone ToneOf(const policy::Finding& finding) {
  return finding.severity == policy::Severity::kWarning ? Tone::kWarning : Tone::kBad;
}

void Print(const Examination& examination, OutputFormat format, Console& console) {
  if (!examination.unknown_kinds().empty()) {
    console.err << "ignored, not kinds that a mesh reads: "
                << absl::StrJoin(examination.unknown_kinds(), ", ") << '\n';
  }
  if (format != OutputFormat::kTable) {
    return PrintStructured(FindingsAsJson(examination.findings()), format, console);
  }
  for (const policy::Finding& finding : examination.findings()) {
    console.out << Paint(finding.ToString(), ToneOf(finding), console.colour) << '\n';
  }
  console.out << examination.Summary() << '\n';
}

ExitCode Validate(const Options& options, Console& console) {
  const auto files = FindPolicyFiles(options.paths);
  if (!files.ok()) {
    console.err << "binnaclectl validate: " << files.status().message() << '\n';
    return ExitCode::kUsage;
  }
  if (files->empty()) {
    console.err << "nothing to validate: no *.yaml, *.yml or *.json in "
                << absl::StrJoin(options.paths, ", ") << '\n';
  }
  Examination examination;
  for (const std::string& file : *files) {
    const auto text = ReadPolicyFile(file);
    if (!text.ok()) {
      console.err << "binnaclectl validate: " << text.status().message() << '\n';
      return ExitCode::kUsage;
    }
    examination.Take(file, policy::ParseDocuments(*text, file == "-" ? "standard input" : file));
  }
  Print(examination, options.format, console);
  return policy::HasErrors(examination.findings()) ? ExitCode::kFindings : ExitCode::kOk;
}

}  // namespace

void AddValidateCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("validate", "Check policy files; needs no server");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("PATHS", options->paths,
                   "files, directories with *.yaml, *.yml and *.json at any depth, or - for "
                   "standard input")
      ->type_name("FILE|DIR")
      ->required();
  AddOutputOption(*command, options->format);
  AddExamples(*command,
              {{"every policy file of a directory", "binnaclectl validate mesh/"},
               {"what somebody is about to apply", "cat reviews.yaml | binnaclectl validate -"},
               {"findings for a script", "binnaclectl validate -o json reviews.yaml"}});
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Validate(*options, invocation.console); };
  });
}

}  // namespace binnacle::ctl
