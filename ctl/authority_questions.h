// ctl/authority_questions.h
//
// Questions about the authority: to the admin address, or from another host over
// TLS with an administrator's certificate.
//
// Threads  one.
// Errors   as admin_client.h and order_client.h say.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "ctl/command.h"
#include "ctl/json.h"
#include "ctl/order_client.h"

namespace binnacle::ctl {

// Adds --admin, and --server with what goes with it.
void AddQuestionOptions(CLI::App& command, Invocation& invocation, OrderAddress& address);

// `path` begins with '/'. Where --server says, else at the admin address.
absl::StatusOr<Json> AskAuthority(const Invocation& invocation, const OrderAddress& address,
                                  const std::string& path,
                                  const std::multimap<std::string, std::string>& query = {});
// The same for an answer that is text.
absl::StatusOr<std::string> AskAuthorityForText(const Invocation& invocation,
                                                const OrderAddress& address,
                                                const std::string& path);

}  // namespace binnacle::ctl
