#include <catch2/catch.hpp>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "ctl/completion_words.h"
#include "tests/ctl/admin_stub.h"
#include "tests/ctl/program_run.h"
#include "tests/ctl/scratch_directory.h"
#include "tests/ctl/shell.h"

namespace binnacle::ctl {
namespace {

// What bash would offer for the line that has these words, as bash splits it,
// with the cursor in the last of them.
std::string Offered(const std::vector<std::string>& bash_words, const std::string& admin,
                    const std::string& directory = ".") {
  std::string words;
  for (const std::string& word : bash_words) absl::StrAppend(&words, " '", word, "'");
  const std::string programs = std::filesystem::path(BINNACLECTL).parent_path().string();
  const ShellRun shell = Bash(
      absl::StrCat("export PATH=", programs, ":$PATH BINNACLE_ADMIN=", admin, "\ncd ", directory,
                   "\nset -u\nsource <(binnaclectl completion bash)\nCOMP_WORDS=(binnaclectl",
                   words, ")\nCOMP_CWORD=", bash_words.size(),
                   "\n$(complete -p binnaclectl | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
                   "echo ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}\n"));
  return shell.text;
}

TEST_CASE("bash completes commands and options") {
  const std::string nowhere = DeadAddress();
  CHECK(Offered({"prox"}, nowhere) == "proxy-config proxy-status\n");
  CHECK(Offered({"proxy-config", ""}, nowhere) == "clusters endpoints listeners routes\n");
  CHECK(Offered({"get", "--na"}, nowhere) == "--namespace\n");
  CHECK(Offered({"get", "vs", "-o", ""}, nowhere) == "json table yaml\n");
  CHECK(Offered({"get", "virt"}, nowhere) == "virtualservice virtualservices\n");
  CHECK(Offered({"completion", ""}, nowhere) == "bash\n");
  CHECK(Offered({"nonsense", "x"}, nowhere) == "\n");
}

TEST_CASE("bash completes what the server knows") {
  AdminStub stub;
  CHECK(Offered({"proxy-status", ""}, stub.address()) ==
        "ingress.istio-system reviews-v1.default\n");
  CHECK(Offered({"proxy-config", "routes", "re"}, stub.address()) == "reviews-v1.default\n");
  CHECK(Offered({"authn", "tls-check", "re"}, stub.address()) == "reviews-v1.default\n");
  CHECK(Offered({"authn", "tls-check", "reviews-v1", "re"}, stub.address()) == "reviews.default\n");
  CHECK(Offered({"get", "vs", "-n", ""}, stub.address()) == "default other\n");
  CHECK(Offered({"get", "se", ""}, stub.address()) == "payments\n");
  CHECK(Offered({"get", "vs", "-n", "other", "rev"}, stub.address()) == "reviews\n");
}

TEST_CASE("bash completes after signs at which it ends words") {
  AdminStub stub;
  CHECK(Offered({"get", "vs", "--output", "="}, DeadAddress()) == "json table yaml\n");
  CHECK(Offered({"get", "vs", "--output", "=", "ya"}, DeadAddress()) == "yaml\n");
  const size_t colon = stub.address().find(':');
  CHECK(Offered({"proxy-status", "--admin", stub.address().substr(0, colon), ":",
                 stub.address().substr(colon + 1), "ing"},
                DeadAddress()) == "ingress.istio-system\n");
}

TEST_CASE("bash completes names of files to validate") {
  const ScratchDirectory directory;
  directory.Write("reviews.yaml", "");
  directory.Write("ratings.yaml", "");
  CHECK(Offered({"validate", "rev"}, DeadAddress(), directory.path()) == "reviews.yaml\n");
  CHECK(Offered({"validate", "ratings.yaml", "-o", "json", "rev"}, DeadAddress(),
                directory.path()) == "reviews.yaml\n");
}

TEST_CASE("words that bash split are whole again") {
  const TypedLine line = ReadTypedLine({"get", "--output", "=", "ya"});
  CHECK(line.before == std::vector<std::string>{"get"});
  CHECK(line.current == "--output=ya");
  CHECK(line.settled == 9);
  CHECK(ReadTypedLine({}).current.empty());
  CHECK(TypedAdmin(ReadTypedLine({"ps", "--admin", "h", ":", "1", ""})) == "h:1");
}

}  // namespace
}  // namespace binnacle::ctl
