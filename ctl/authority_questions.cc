#include "ctl/authority_questions.h"

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"

namespace binnacle::ctl {

void AddQuestionOptions(CLI::App& command, Invocation& invocation, OrderAddress& address) {
  AddServerOptions(command, address);
  AddAdminOption(command, invocation);
}

absl::StatusOr<Json> AskAuthority(const Invocation& invocation, const OrderAddress& address,
                                  const std::string& path,
                                  const std::multimap<std::string, std::string>& query) {
  if (address.server.empty()) {
    const auto client = Connect(invocation);
    if (!client.ok()) return client.status();
    return client->Get(path, query);
  }
  const auto client = ConnectForOrders(invocation, address);
  if (!client.ok()) return client.status();
  const auto answer = client->Get(path, query);
  if (!answer.ok()) return answer.status();
  if (auto refused = RefusalIn(*answer); !refused.ok()) return refused;
  return answer->body;
}

absl::StatusOr<std::string> AskAuthorityForText(const Invocation& invocation,
                                                const OrderAddress& address,
                                                const std::string& path) {
  if (address.server.empty()) {
    const auto client = Connect(invocation);
    if (!client.ok()) return client.status();
    return client->GetText(path);
  }
  const auto client = ConnectForOrders(invocation, address);
  if (!client.ok()) return client.status();
  return client->GetText(path);
}

}  // namespace binnacle::ctl
