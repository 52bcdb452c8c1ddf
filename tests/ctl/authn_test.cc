#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_split.h"
#include "ctl/json.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"

namespace binnacle::ctl {
namespace {

// Two services; one of two ports conflicts, and one subset of the other.
const char kConflict[] = R"([
  {"host": "ratings.default.svc.cluster.local", "port": 9080, "status": "OK",
   "server": "mTLS", "client": "mTLS", "authnPolicy": "default/",
   "destinationRule": "ratings/default", "policyOrigin": "mesh/authn.yaml:1",
   "ruleOrigin": "mesh/ratings.yaml:3",
   "explanation": "in subset v2 plaintext is refused, as ratings-v2.default takes mutual TLS only",
   "conflictingSubsets": ["v2"]},
  {"host": "reviews.default.svc.cluster.local", "port": 9080, "status": "CONFLICT",
   "server": "mTLS", "client": "HTTP", "authnPolicy": "default/",
   "destinationRule": "reviews/default", "policyOrigin": "mesh/authn.yaml:1",
   "ruleOrigin": "mesh/reviews.yaml:8",
   "explanation": "plaintext is refused, as reviews-v1.default takes mutual TLS only and DestinationRule reviews/default says DISABLE: set tls.mode ISTIO_MUTUAL in DestinationRule reviews/default",
   "conflictingSubsets": []},
  {"host": "reviews.default.svc.cluster.local", "port": 9090, "status": "OK",
   "server": "HTTP", "client": "HTTP", "authnPolicy": "-", "destinationRule": "-",
   "policyOrigin": "", "ruleOrigin": "", "explanation": "no endpoint has a sidecar",
   "conflictingSubsets": []}
])";

TEST_CASE("tls-check has the columns that people know, and explains each conflict") {
  AdminStub stub;
  stub.Answer("/debug/tls-check", 200, kConflict);
  const ProgramRun run = Run({"authn", "tls-check", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.out ==
        "HOST:PORT                               STATUS    SERVER  CLIENT  AUTHN POLICY  "
        "DESTINATION RULE\n"
        "ratings.default.svc.cluster.local:9080  OK        mTLS    mTLS    default/      "
        "ratings/default\n"
        "reviews.default.svc.cluster.local:9080  CONFLICT  mTLS    HTTP    default/      "
        "reviews/default\n"
        "reviews.default.svc.cluster.local:9090  OK        HTTP    HTTP    -             -\n"
        "\n"
        "ratings.default.svc.cluster.local:9080\n"
        "  in subset v2 plaintext is refused, as ratings-v2.default takes mutual TLS only\n"
        "  policy default/ (mesh/authn.yaml:1), rule ratings/default (mesh/ratings.yaml:3)\n"
        "\n"
        "reviews.default.svc.cluster.local:9080\n"
        "  plaintext is refused, as reviews-v1.default takes mutual TLS only and DestinationRule "
        "reviews/default says DISABLE:\n"
        "  set tls.mode ISTIO_MUTUAL in DestinationRule reviews/default\n"
        "  policy default/ (mesh/authn.yaml:1), rule reviews/default (mesh/reviews.yaml:8)\n");
  for (absl::string_view line : absl::StrSplit(run.out, '\n')) CHECK(line.size() <= 120);
}

TEST_CASE("tls-check without a conflict is exit code 0, and remarks are for a single service") {
  AdminStub stub;
  const ProgramRun all = Run({"authn", "tls-check", "--admin", stub.address()});
  CHECK(all.code == ExitCode::kOk);
  CHECK_THAT(all.out, !Catch::Contains("endpoints differ"));
  const ProgramRun one =
      Run({"authn", "tls-check", "reviews-v1.default", "reviews", "--admin", stub.address()});
  CHECK(one.code == ExitCode::kOk);
  CHECK_THAT(one.out, Catch::Contains("\n  endpoints differ: of 2"));
  CHECK_THAT(one.out, Catch::Contains("\n  policy permissive/default (mesh/reviews.yaml:12)\n"));
  CHECK_THAT(one.out, !Catch::Contains("ratings"));
}

TEST_CASE(
    "a single word is the proxy that it plainly names, else a service, else part of a proxy") {
  AdminStub stub;
  const auto hosts = [&](const std::string& word) {
    const ProgramRun run =
        Run({"authn", "tls-check", word, "-o", "json", "--admin", stub.address()});
    std::string list;
    for (const Json& row : Json::parse(run.out)) list += row["host"].get<std::string>() + " ";
    return list;
  };
  const std::string both = "ratings.default.svc.cluster.local reviews.default.svc.cluster.local ";
  CHECK(hosts("reviews-v1") == both);
  CHECK(hosts("sidecar~10.0.0.7~reviews-v1.default~default.svc.cluster.local") == both);
  CHECK(hosts("reviews") == "reviews.default.svc.cluster.local ");
  CHECK(hosts("ratings.default") == "ratings.default.svc.cluster.local ");
  CHECK(hosts("reviews-v") == both);
}

TEST_CASE("what is neither a proxy nor a service is refused as both") {
  AdminStub stub;
  const ProgramRun run = Run({"authn", "tls-check", "nobody", "--admin", stub.address()});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, Catch::Contains("no proxy \"nobody\" is connected"));
  CHECK_THAT(run.err, Catch::Contains("there is no service \"nobody\""));
  const ProgramRun two =
      Run({"authn", "tls-check", "nobody", "reviews", "--admin", stub.address()});
  CHECK(two.code == ExitCode::kFindings);
  CHECK_THAT(two.err, Catch::Contains("no proxy \"nobody\" is connected"));
}

TEST_CASE("for a script tls-check is the server's list, whatever it holds") {
  AdminStub stub;
  stub.Answer("/debug/tls-check", 200, kConflict);
  const ProgramRun json = Run({"authn", "tls-check", "-o", "json", "--admin", stub.address()});
  CHECK(json.code == ExitCode::kFindings);
  CHECK(Json::parse(json.out) == Json::parse(kConflict));
  const ProgramRun yaml = Run({"authn", "tls-check", "-o", "yaml", "--admin", stub.address()});
  CHECK(yaml.code == ExitCode::kFindings);
  CHECK_THAT(yaml.out, Catch::StartsWith("- host: ratings.default.svc.cluster.local\n"));
  stub.Answer("/debug/tls-check", 200, "[]");
  const ProgramRun none = Run({"authn", "tls-check", "--admin", stub.address()});
  CHECK(none.code == ExitCode::kOk);
  CHECK(none.err == "no service is known\n");
}

TEST_CASE("when no server answers that is exit code 3") {
  CHECK(Run({"authn", "tls-check", "--admin", DeadAddress()}).code == ExitCode::kUnreachable);
  CHECK(Run({"authn"}).code == ExitCode::kUsage);
}

}  // namespace
}  // namespace binnacle::ctl
