#include <catch2/catch.hpp>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/ca/certificate_server.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"
#include "tests/ctl/scratch_directory.h"
#include "tests/ctl/shell.h"

namespace binnacle::ctl {
namespace {

const std::vector<std::vector<std::string>> kCommands = {{},
                                                         {"validate"},
                                                         {"get"},
                                                         {"proxy-status"},
                                                         {"proxy-config"},
                                                         {"proxy-config", "listeners"},
                                                         {"proxy-config", "routes"},
                                                         {"proxy-config", "clusters"},
                                                         {"proxy-config", "endpoints"},
                                                         {"authn"},
                                                         {"authn", "tls-check"},
                                                         {"ca"},
                                                         {"ca", "status"},
                                                         {"ca", "root"},
                                                         {"ca", "issued"},
                                                         {"ca", "request"},
                                                         {"ca", "rotate"},
                                                         {"token"},
                                                         {"token", "create"},
                                                         {"version"},
                                                         {"completion"}};

const char kReviews[] = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews}}]}]
)";

// The command lines after "Examples:".
std::vector<std::string> ExampleLines(const std::string& help) {
  std::vector<std::string> lines;
  bool examples = false;
  for (absl::string_view line : absl::StrSplit(help, '\n')) {
    if (line == "Examples:") examples = true;
    absl::string_view text = line;
    if (examples && absl::ConsumePrefix(&text, "  ") && !absl::StartsWith(text, "#")) {
      lines.emplace_back(text);
    }
  }
  return lines;
}

TEST_CASE("every command's help names itself, fits 120 columns, and has examples that work") {
  AdminStub stub;
  const ScratchDirectory directory;
  directory.Write("mesh/reviews.yaml", kReviews);
  directory.Write("reviews.yaml", kReviews);
  const ca::CertificateServer certificates;
  directory.Write("token", certificates.tokens->Make("ops", "admin", absl::Hours(1))->text());
  const std::string certificate_address = absl::StrCat("127.0.0.1:", certificates.port);
  const std::string programs = std::filesystem::path(BINNACLECTL).parent_path().string();
  for (std::vector<std::string> words : kCommands) {
    // An example of another command writes it, too.
    directory.Write("mesh-root.pem", certificates.mesh.authority->bundle()->pem());
    words.emplace_back("--help");
    const ProgramRun run = Run(words);
    CHECK(run.code == ExitCode::kOk);
    for (absl::string_view line : absl::StrSplit(run.out, '\n')) CHECK(line.size() <= 120);
    const std::vector<std::string> examples = ExampleLines(run.out);
    CHECK_FALSE(examples.empty());
    for (const std::string& example : examples) {
      const ShellRun shell = Bash(absl::StrCat(
          "set -eo pipefail\ncd ", directory.path(), "\nexport PATH=", programs,
          ":$PATH BINNACLE_ADMIN=", stub.address(), "\n",
          absl::StrReplaceAll(example, {{"mesh.example.com:15012", certificate_address}}), "\n"));
      INFO(example << "\n" << shell.text);
      CHECK(shell.code == 0);
      CHECK_FALSE(shell.text.empty());
    }
  }
}

TEST_CASE("help says how the command is called") {
  CHECK_THAT(Run({"proxy-config", "routes", "--help"}).out,
             Catch::Contains("Usage: binnaclectl proxy-config routes [OPTIONS] PROXY"));
  CHECK_THAT(Run({"--help"}).out, Catch::Contains("Usage: binnaclectl [OPTIONS] SUBCOMMAND"));
}

}  // namespace
}  // namespace binnacle::ctl
