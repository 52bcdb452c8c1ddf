#include <catch2/catch.hpp>

#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

std::string Refusal(const std::vector<std::string>& words) {
  const ProgramRun run = Run(words);
  CHECK(run.code == ExitCode::kUsage);
  CHECK(run.out.empty());
  return run.err;
}

TEST_CASE("an unknown word gets the one that was probably meant") {
  CHECK(Refusal({"valdate", "x.yaml"}) ==
        "binnaclectl: unknown command \"valdate\" (did you mean \"validate\"?)\n"
        "See binnaclectl --help.\n");
  CHECK(Refusal({"proxy-config", "cluters", "x"}) ==
        "binnaclectl proxy-config: unknown command \"cluters\" (did you mean \"clusters\"?)\n"
        "See binnaclectl proxy-config --help.\n");
  CHECK(Refusal({"get", "vs", "--namespcae", "x"}) ==
        "binnaclectl get: unknown option \"--namespcae\" (did you mean \"--namespace\"?)\n"
        "See binnaclectl get --help.\n");
  CHECK(Refusal({"get", "vs", "-o", "jsn"}) ==
        "binnaclectl get: --output: unknown format \"jsn\"; allowed are table, json and yaml (did "
        "you mean \"json\"?)\nSee binnaclectl get --help.\n");
}

TEST_CASE("what is missing, too many or at odds is named") {
  CHECK_THAT(Refusal({}), Catch::Contains("which command? There are validate, get,"));
  CHECK_THAT(Refusal({"get"}), Catch::Contains("KIND is required"));
  CHECK_THAT(Refusal({"validate"}), Catch::Contains("PATHS is required"));
  CHECK_THAT(Refusal({"proxy-config"}), Catch::Contains("There are listeners, routes,"));
  CHECK_THAT(Refusal({"get", "vs", "a", "b"}), Catch::Contains("there is no use for \"b\" here"));
  CHECK_THAT(Refusal({"get", "vs", "-n"}), Catch::Contains("--namespace"));
  CHECK_THAT(Refusal({"get", "vs", "-A", "-n", "x"}), Catch::Contains("excludes"));
  CHECK_THAT(Refusal({"completion", "fish"}), Catch::Contains("bash is supported"));
}

}  // namespace
}  // namespace binnacle::ctl
