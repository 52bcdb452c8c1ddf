#include <catch2/catch.hpp>

#include "ctl/json.h"
#include "ctl/policy_files.h"
#include "tests/ctl/program_run.h"
#include "tests/ctl/scratch_directory.h"

namespace binnacle::ctl {
namespace {

const char kGood[] = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination: {host: reviews}
)";

const char kBad[] = R"(apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - mtach: []
    route:
    - destination: {host: reviews}
)";

TEST_CASE("sound files pass, and how much was looked at is told") {
  const ScratchDirectory directory;
  const ProgramRun run = Run({"validate", directory.Write("a.yaml", kGood)});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out == "1 file, 1 object: no findings\n");
  CHECK(run.err.empty());
}

TEST_CASE("a finding says file, line, column, object, field, what is wrong, and what was meant") {
  const ScratchDirectory directory;
  const std::string file = directory.Write("bad.yaml", kBad);
  const ProgramRun run = Run({"validate", file});
  CHECK(run.code == ExitCode::kFindings);
  INFO(run.out);
  CHECK_THAT(run.out, Catch::StartsWith(file + ":7:5: VirtualService default/reviews: "
                                               "spec.http[0].mtach: "));
  CHECK_THAT(run.out, Catch::Contains("(did you mean \"match\"?)\n"));
  CHECK_THAT(run.out, Catch::EndsWith("1 file, 0 objects: 1 error, 0 warnings\n"));
}

TEST_CASE("findings for scripts have the agreed keys") {
  const ScratchDirectory directory;
  const std::string file = directory.Write("bad.yaml", kBad);
  const Json list = Json::parse(Run({"validate", "-o", "json", file}).out);
  REQUIRE(list.size() == 1);
  std::vector<std::string> keys;
  for (const auto& entry : list[0].items()) keys.push_back(entry.key());
  CHECK(keys == std::vector<std::string>{"code", "severity", "kind", "namespace", "name", "file",
                                         "line", "column", "field", "message", "remedy"});
  CHECK(list[0]["severity"] == "error");
  CHECK(list[0]["kind"] == "VirtualService");
  CHECK(list[0]["namespace"] == "default");
  CHECK(list[0]["file"] == file);
  CHECK(list[0]["line"] == 7);
  CHECK(list[0]["field"] == "spec.http[0].mtach");
  CHECK_THAT(Run({"validate", "-o", "yaml", file}).out,
             Catch::StartsWith("- code: unknown-field\n  severity: error\n"));
  CHECK(Run({"validate", "-o", "json", directory.Write("good.yaml", kGood)}).out == "[]\n");
}

TEST_CASE("two files that define one object: both places are named") {
  const ScratchDirectory directory;
  const std::string a = directory.Write("a.yaml", kGood);
  const std::string b = directory.Write("b.yaml", std::string("# again\n") + kGood);
  const ProgramRun run = Run({"validate", directory.path()});
  CHECK(run.code == ExitCode::kFindings);
  CHECK_THAT(run.out, Catch::StartsWith(b +
                                        ":2:1: VirtualService default/reviews: defined twice: "
                                        "at " +
                                        a + ":1 and at " + b + ":2"));
}

TEST_CASE("a directory stands for its policy files at any depth, less hidden ones") {
  const ScratchDirectory directory;
  const std::string& root = directory.path();
  for (const char* name : {"z.yaml", "a/b/c.yml", "a/d.json", "a/notes.txt", ".hidden.yaml",
                           "..2024/e.yaml", "f.yaml~"}) {
    directory.Write(name, "");
  }
  const auto files = FindPolicyFiles({root, root + "/a/../z.yaml", root + "/a/notes.txt"});
  REQUIRE(files.ok());
  CHECK(*files == std::vector<std::string>{root + "/a/b/c.yml", root + "/a/d.json",
                                           root + "/z.yaml", root + "/a/notes.txt"});
}

TEST_CASE("a path that is not there is a usage error, an empty directory is told") {
  const ScratchDirectory directory;
  const ProgramRun run = Run({"validate", directory.path() + "/nothing.yaml"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK(run.err ==
        "binnaclectl validate: " + directory.path() + "/nothing.yaml: No such file or directory\n");
  const ProgramRun empty = Run({"validate", directory.path()});
  CHECK(empty.code == ExitCode::kOk);
  CHECK_THAT(empty.err, Catch::StartsWith("nothing to validate: no *.yaml"));
}

TEST_CASE("kinds that a mesh does not read are named once and do no harm") {
  const ScratchDirectory directory;
  const std::string other = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
  directory.Write("a.yaml", other + "---\n" + other);
  directory.Write("b.yaml", other);
  const ProgramRun run = Run({"validate", directory.path()});
  CHECK(run.code == ExitCode::kOk);
  CHECK(run.out == "2 files, 0 objects: no findings\n");
  CHECK(run.err == "ignored, not kinds that a mesh reads: apps/v1/Deployment\n");
}

TEST_CASE("warnings alone do not fail") {
  const ScratchDirectory directory;
  const ProgramRun run =
      Run({"validate", directory.Write("a.yaml",
                                       "apiVersion: networking.istio.io/v1\nkind: VirtualServise\n"
                                       "metadata: {name: a}\n")});
  CHECK(run.code == ExitCode::kOk);
  CHECK_THAT(run.out, Catch::Contains("warning: ") && Catch::Contains("0 errors, 1 warning\n"));
}

}  // namespace
}  // namespace binnacle::ctl
