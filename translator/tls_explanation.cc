#include "translator/tls_explanation.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/kind.h"

namespace binnacle::translator {
namespace {

using policy::v1::ClientTlsSettings;
using What = TlsSent::What;
using Why = TlsSent::Why;

bool AutoIsOn(const TlsEncounter& e) { return e.view.settings().config.enable_auto_mtls().value(); }

std::string ModeWord(const ClientTlsSettings& tls) {
  return ClientTlsSettings::Mode_Name(tls.mode());
}

std::string TheRule(const TlsEncounter& e) {
  return absl::StrCat("DestinationRule ", RuleName(e.destination.rule));
}

std::string ThePolicy(const TlsAccepted& accepted) {
  const policy::Object* policy = accepted.authentication.policy;
  if (policy == nullptr) return "no policy";
  return absl::StrCat(std::string(policy::KindName(policy->key.kind)), " ", PolicyName(policy));
}

// A port's block replaces the TLS of the policy around it, also by none.
bool PortBlockDropsTls(const TlsEncounter& e) {
  const mesh::Rule* rule = e.destination.rule;
  return rule != nullptr && !e.destination.policy.has_tls() &&
         rule->spec->traffic_policy().has_tls();
}

// "reviews-v2.default, 1 of 3 endpoints,"
std::string Who(const TlsEncounter& e, TlsReach how) {
  const size_t all = e.accepted.size();
  const auto count = static_cast<size_t>(absl::c_count(e.reach, how));
  const size_t first = absl::c_find(e.reach, how) - e.reach.begin();
  const TlsAccepted& accepted = e.accepted[first];
  if (accepted.endpoint == nullptr) return e.destination.service->host;
  std::string name = EndpointName(*accepted.endpoint);
  if (all == 1) return name;
  if (count == all) return absl::StrCat(name, " (as each of ", all, " endpoints)");
  return absl::StrCat(name, " (", count, " of ", all, " endpoints)");
}

std::string SetIstioMutual(const TlsEncounter& e) {
  if (e.destination.rule == nullptr) {
    return absl::StrCat("add a DestinationRule for ", e.destination.service->host,
                        " with tls.mode ISTIO_MUTUAL");
  }
  return absl::StrCat("set tls.mode ISTIO_MUTUAL in ", TheRule(e));
}

// Why there is plaintext, and how there would be mutual TLS.
struct Cause {
  std::string why;
  std::string remedy;
};

Cause OfNoTls(const TlsEncounter& e) {
  std::string why = "no DestinationRule asks for it, with enableAutoMtls false";
  if (PortBlockDropsTls(e)) {
    why = absl::StrCat("the block for port ", e.destination.port->number, " in ", TheRule(e),
                       " has no tls, which replaces the rule's own, with enableAutoMtls false");
  } else if (e.destination.rule != nullptr) {
    why = absl::StrCat(TheRule(e), " has no tls, with enableAutoMtls false");
  }
  return {std::move(why), absl::StrCat(SetIstioMutual(e), ", or turn enableAutoMtls on")};
}

Cause CauseOfPlaintext(const TlsEncounter& e) {
  const std::string permissive = "make the policy PERMISSIVE";
  switch (e.sent.why) {
    case Why::kRule:
      return {absl::StrCat(TheRule(e), " says DISABLE"),
              absl::StrCat(SetIstioMutual(e), AutoIsOn(e) ? " or leave tls out of it" : "")};
    case Why::kNoCredential:
      return {absl::StrCat(TheRule(e), " names a secret that sidecars are not given"),
              SetIstioMutual(e)};
    case Why::kNoIdentity:
      return {"the client's proxy has no agent and so no certificate",
              absl::StrCat("give the client an agent, or ", permissive)};
    case Why::kProxyless:
      return {"a gRPC client without a proxy has no certificate",
              absl::StrCat("give the client a sidecar, or ", permissive)};
    case Why::kTurnedOff:
      return OfNoTls(e);
    case Why::kNamespaceTakesPlaintext:
      return {absl::StrCat("the PeerAuthentication at ", e.sent.decided_by.back().ToString(),
                           " has clients of the whole namespace send plaintext"),
              SetIstioMutual(e)};
    case Why::kNotEveryEndpoint:
      return {
          "the service is reached at the addresses dialled and not every endpoint takes mutual "
          "TLS, so none is sent it",
          absl::StrCat("give every endpoint a sidecar, or ", permissive)};
    default:
      return {"it is outside the mesh", permissive};
  }
}

std::string PlaintextRefused(const TlsEncounter& e, const std::string& who) {
  const Cause cause = CauseOfPlaintext(e);
  return absl::StrCat("plaintext is refused, as ", who, " takes mutual TLS only and ", cause.why,
                      ": ", cause.remedy);
}

std::string NoSidecar(const TlsEncounter& e, const std::string& who) {
  if (e.destination.service->mesh_external) {
    return absl::StrCat("mutual TLS is refused, as ", TheRule(e), " says ISTIO_MUTUAL and ", who,
                        " is outside the mesh: set tls.mode DISABLE, or SIMPLE if it speaks TLS");
  }
  return absl::StrCat(
      "mutual TLS is refused, as ", TheRule(e), " says ISTIO_MUTUAL and ", who,
      " has no sidecar (no label security.istio.io/tlsMode: istio): give it one, or ",
      AutoIsOn(e) ? "leave tls out of the rule, so that it is used only where it is taken"
                  : "set tls.mode DISABLE");
}

std::string MeshTlsRefused(const TlsEncounter& e, const std::string& who) {
  return absl::StrCat("mutual TLS is refused, as ", TheRule(e), " says ISTIO_MUTUAL and ",
                      ThePolicy(*e.Missed()), " has ", who,
                      " take plaintext only: make the policy PERMISSIVE or STRICT, or ",
                      AutoIsOn(e) ? "leave tls out of the rule" : "set tls.mode DISABLE");
}

std::string OtherTls(const TlsEncounter& e, const std::string& who, TlsReach how) {
  const std::string begin = absl::StrCat("TLS that is not the mesh's is refused, as ", TheRule(e),
                                         " says ", ModeWord(e.destination.policy.tls()), " and ");
  if (how == TlsReach::kOtherTlsRefused) {
    return absl::StrCat(begin, who, " takes the mesh's mutual TLS only: ", SetIstioMutual(e));
  }
  return absl::StrCat(begin, "the sidecar of ", who, " expects HTTP at port ",
                      e.destination.port->number, ": ", SetIstioMutual(e),
                      ", or declare the port HTTPS if the application itself speaks TLS");
}

std::string OtherIdentity(const TlsEncounter& e, const std::string& who) {
  const auto& of_rule = e.destination.policy.tls().subject_alt_names();
  const bool rule = !of_rule.empty();
  const std::string names = rule ? absl::StrJoin(of_rule, ", ")
                                 : absl::StrJoin(e.destination.service->subject_alt_names, ", ");
  return absl::StrCat("the server's certificate is refused, as ",
                      rule ? TheRule(e) : "the ServiceEntry", " accepts only ", names, " and ", who,
                      " is ", IdentityAt(e.view, *e.Missed()), ": correct subjectAltNames");
}

size_t Count(const TlsEncounter& e, bool (*is)(const TlsAccepted&)) {
  return static_cast<size_t>(absl::c_count_if(e.accepted, is));
}

bool TakesMeshTlsOnly(const TlsAccepted& a) { return !a.Plaintext(); }
bool TakesPlaintextOnly(const TlsAccepted& a) { return !a.MeshTls(); }

void RemarkOnEndpoints(const TlsEncounter& e, std::vector<std::string>& remarks) {
  if (e.accepted.front().endpoint == nullptr) {
    if (!e.destination.service->mesh_external) remarks.emplace_back("no endpoint is known");
    return;
  }
  const size_t all = e.accepted.size();
  const size_t strict = Count(e, TakesMeshTlsOnly);
  const size_t plain = Count(e, TakesPlaintextOnly);
  const size_t bare = Count(e, [](const TlsAccepted& a) { return !a.sidecar; });
  if (bare == all) {
    if (!e.destination.service->mesh_external) remarks.emplace_back("no endpoint has a sidecar");
  } else if ((strict > 0 && strict < all) || (plain > 0 && plain < all)) {
    remarks.push_back(absl::StrCat("endpoints differ: of ", all, ", ", strict,
                                   " take mutual TLS only and ", plain, " plaintext only"));
  }
}

bool AnyIdentityWillDo(const TlsEncounter& e) {
  if (e.sent.what != What::kMeshTls && Count(e, [](const auto& a) { return a.MeshTls(); }) == 0) {
    return false;
  }
  if (e.sent.what != What::kMeshTls && e.sent.what != What::kByEndpoint) return false;
  if (e.accepted.front().endpoint == nullptr) return false;
  if (!e.destination.policy.tls().subject_alt_names().empty()) return false;
  const mesh::Service& service = *e.destination.service;
  if (!service.subject_alt_names.empty()) return false;
  const auto* accounts = e.view.Find<mesh::FactKind::kServiceAccounts>(service.FactName());
  return accounts == nullptr || accounts->empty();
}

}  // namespace

const TlsAccepted* TlsEncounter::Missed() const {
  for (size_t i = 0; i < reach.size(); ++i) {
    if (reach[i] != TlsReach::kReached) return &accepted[i];
  }
  return nullptr;
}

TlsEncounter Encounter(mesh::View& view, const ProxyClass& client, const Destination& destination) {
  TlsEncounter e{view,
                 destination,
                 TlsSentTo(view, client, destination),
                 TlsAcceptedAt(view, destination),
                 {}};
  for (const TlsAccepted& accepted : e.accepted) {
    e.reach.push_back(ReachOf(view, destination, e.sent, accepted));
  }
  return e;
}

std::string ExplainConflict(const TlsEncounter& e) {
  const TlsReach how = e.reach[static_cast<size_t>(e.Missed() - e.accepted.data())];
  const std::string who = Who(e, how);
  switch (how) {
    case TlsReach::kPlaintextRefused:
      return PlaintextRefused(e, who);
    case TlsReach::kNoSidecar:
      return NoSidecar(e, who);
    case TlsReach::kMeshTlsRefused:
      return MeshTlsRefused(e, who);
    case TlsReach::kOtherTlsRefused:
    case TlsReach::kOtherTlsAtSidecar:
      return OtherTls(e, who, how);
    case TlsReach::kOtherIdentity:
      return OtherIdentity(e, who);
    case TlsReach::kReached:
      break;
  }
  return "";
}

std::string RemarksOn(const TlsEncounter& e) {
  std::vector<std::string> remarks;
  if (e.destination.service->mesh_external) remarks.emplace_back("outside the mesh");
  RemarkOnEndpoints(e, remarks);
  if (e.sent.what == What::kOtherTls) {
    remarks.push_back(absl::StrCat("the client sends TLS of its own (",
                                   ModeWord(e.destination.policy.tls()),
                                   "), which the application must take"));
  }
  if (e.sent.why == Why::kNoCredential) {
    remarks.emplace_back("the rule's secret is not given to sidecars, so plaintext is sent");
  }
  if (e.sent.why == Why::kNoIdentity) {
    remarks.emplace_back("the client's proxy has no agent, so plaintext is sent");
  }
  if (AnyIdentityWillDo(e)) {
    remarks.emplace_back("no service account is known, so any identity of the mesh is accepted");
  }
  return absl::StrJoin(remarks, "; ");
}

std::string PolicyName(const policy::Object* policy) {
  return policy == nullptr ? "-" : absl::StrCat(policy->key.name, "/", policy->key.ns);
}

std::string RuleName(const mesh::Rule* rule) {
  return rule == nullptr ? "-" : absl::StrCat(rule->name, "/", rule->ns);
}

}  // namespace binnacle::translator
