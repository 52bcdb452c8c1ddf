#include "ctl/completion.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "ctl/completion_words.h"
#include "ctl/json_field.h"
#include "ctl/kind_words.h"
#include "ctl/origin_text.h"
#include "ctl/program.h"
#include "ctl/proxy_name.h"

namespace binnacle::ctl {
namespace {

// Longer than this nobody waits for a word.
constexpr absl::Duration kPatience = absl::Milliseconds(500);

constexpr absl::string_view kBashScript =
    R"(# Completes binnaclectl's command lines in bash. For this shell:
#   source <(binnaclectl completion bash)
# for every shell to come:
#   binnaclectl completion bash > ~/.local/share/bash-completion/completions/binnaclectl

_binnaclectl() {
  local words
  mapfile -t words < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ ${words[0]-} == :files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
  else
    COMPREPLY=("${words[@]}")
  fi
}
complete -F _binnaclectl binnaclectl
)";

// Words from the server; none if it does not answer at once.
class ServerWords : public LiveWords {
 public:
  explicit ServerWords(std::string admin) : admin_(std::move(admin)) {}

  std::vector<std::string> Proxies() override {
    std::vector<std::string> names;
    for (const std::string& id : ProxyNames(Ask("/debug/proxies", {}))) {
      names.emplace_back(ShortProxyName(id));
    }
    return names;
  }

  std::vector<std::string> Namespaces() override {
    // Asking for every object would take too long in a large mesh.
    std::vector<std::string> names;
    for (const char* kind : {"Service", "Gateway", "VirtualService", "DestinationRule"}) {
      for (std::string& ns : Fields("/debug/objects", {{"kind", kind}}, "metadata.namespace")) {
        names.push_back(std::move(ns));
      }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  std::vector<std::string> Services() override {
    std::vector<std::string> names;
    for (const Json& service : Ask("/debug/objects", {{"kind", "Service"}}))
      names.push_back(ObjectName(service));
    for (const Json& entry : Ask("/debug/objects", {{"kind", "ServiceEntry"}})) {
      for (const Json& host : Field(entry, "spec.hosts")) {
        if (host.is_string()) names.push_back(host.get<std::string>());
      }
    }
    return names;
  }

  std::vector<std::string> Objects(const std::string& kind, const std::string& ns) override {
    const std::optional<policy::Kind> known = KindByWord(kind);
    if (!known.has_value()) return {};
    std::multimap<std::string, std::string> query = {
        {"kind", std::string(policy::KindName(*known))}};
    if (!policy::IsClusterScoped(*known)) query.emplace("namespace", ns);
    return Fields("/debug/objects", query, "metadata.name");
  }

 private:
  Json Ask(const std::string& path, const std::multimap<std::string, std::string>& query) const {
    absl::StatusOr<AdminClient> client = AdminClient::At(ChooseAdminAddress(admin_));
    if (!client.ok()) return Json();
    client->set_patience(kPatience);
    absl::StatusOr<Json> answer = client->Get(path, query);
    return answer.ok() ? *std::move(answer) : Json();
  }

  std::vector<std::string> Fields(const std::string& path,
                                  const std::multimap<std::string, std::string>& query,
                                  absl::string_view field) const {
    std::vector<std::string> values;
    for (const Json& item : Ask(path, query)) {
      std::string value = Text(item, field);
      if (!value.empty()) values.push_back(std::move(value));
    }
    return values;
  }

  std::string admin_;
};

}  // namespace

ExitCode CompleteLine(const std::vector<std::string>& bash_words, Console& console) {
  Invocation unused{console, "", nullptr};
  const std::unique_ptr<CLI::App> program = MakeProgram(unused);
  const TypedLine line = ReadTypedLine(bash_words);
  ServerWords live(TypedAdmin(line));
  const Completion completion = Complete(*program, line, live);
  if (completion.files) console.out << ":files\n";
  for (const std::string& word : completion.words) console.out << word << '\n';
  return ExitCode::kOk;
}

void AddCompletionCommand(CLI::App& program, Invocation& invocation) {
  CLI::App* command =
      program.add_subcommand("completion", "The script that completes command lines in a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash")
      ->type_name("")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& word) {
            return word == "bash" ? "" : "unknown shell \"" + word + "\"; bash is supported";
          },
          ""));
  AddExamples(*command, {{"the script; `source <(binnaclectl completion bash)` uses it at once",
                          "binnaclectl completion bash"}});
  command->callback([&invocation, shell] {
    invocation.action = [&invocation, shell] {
      invocation.console.out << kBashScript;
      return ExitCode::kOk;
    };
  });
}

}  // namespace binnacle::ctl
