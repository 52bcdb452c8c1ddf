#include "server/authority_json.h"

#include <sstream>
#include <utility>

#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;

std::string TimeText(absl::Time time) {
  if (time == absl::InfinitePast()) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

struct Role {
  std::string name;
  ca::Certificate certificate;
};

std::vector<Role> RolesOf(const MeshAuthority& authority) {
  const ca::AuthorityStatus status = authority.authority().status();
  std::vector<Role> roles;
  auto add = [&](const char* name, const std::vector<ca::Certificate>& certificates) {
    for (const ca::Certificate& certificate : certificates) roles.push_back({name, certificate});
  };
  add("root", status.roots);
  add("incoming root", status.incoming);
  add("retiring root", status.retiring);
  add("intermediate", status.intermediates);
  roles.push_back({"issuer", status.issuer});
  if (auto own = authority.serving().certificate()) roles.push_back({"server", *std::move(own)});
  return roles;
}

Json CertificateJson(const Role& role) {
  const ca::Certificate& certificate = role.certificate;
  return {{"role", role.name},
          {"subject", certificate.subject()},
          {"fingerprint", certificate.fingerprint()},
          {"serial", certificate.serial()},
          {"notBefore", TimeText(certificate.not_before())},
          {"notAfter", TimeText(certificate.not_after())}};
}

Json HolderJson(const Holder& holder) {
  return {{"name", holder.name},
          {"identity", holder.identity},
          {"connected", holder.connected},
          {"certificateUntil", TimeText(holder.expires)}};
}

}  // namespace

Json AuthorityJson(const MeshAuthority& authority) {
  const ca::AuthorityStatus status = authority.authority().status();
  Json certificates = Json::array();
  for (const Role& role : RolesOf(authority)) certificates.push_back(CertificateJson(role));
  Json waiting = Json::array();
  for (const Holder& holder : authority.rotation().waiting()) {
    waiting.push_back(HolderJson(holder));
  }
  return {{"trustDomain", authority.authority().options().trust_domain},
          {"pluggedIn", status.plugged_in},
          {"phase", std::string(ca::RotationPhaseName(status.phase))},
          {"phaseSince", TimeText(status.phase_since)},
          {"bundle", authority.authority().bundle()->version()},
          {"certificates", std::move(certificates)},
          {"waitingFor", std::move(waiting)}};
}

Json IssuanceJson(const ca::IssuanceRecord& record) {
  return {{"serial", record.serial},
          {"identity", record.identity},
          {"caller", record.caller},
          {"peer", record.peer},
          {"node", record.node},
          {"fingerprint", record.fingerprint},
          {"issuer", record.issuer_fingerprint},
          {"issuedAt", TimeText(record.issued_at)},
          {"notBefore", TimeText(record.not_before)},
          {"notAfter", TimeText(record.not_after)}};
}

absl::StatusOr<std::map<std::string, ca::IssuanceRecord>> CertificatesByNode(
    const MeshAuthority& authority, absl::Time now) {
  auto latest = authority.log().LatestPerHolder(now);
  if (!latest.ok()) return latest.status();
  std::map<std::string, ca::IssuanceRecord> by_node;
  for (ca::IssuanceRecord& record : *latest) {
    if (record.node.empty()) continue;
    ca::IssuanceRecord& known = by_node[record.node];
    if (known.serial.empty() || known.issued_at < record.issued_at) known = std::move(record);
  }
  return by_node;
}

std::string CertificateMetrics(const MeshAuthority& authority, absl::Time now) {
  // Made anew each time, so that what is gone leaves no gauge behind.
  prometheus::Registry registry;
  auto& begins = prometheus::BuildGauge()
                     .Name("binnacle_certificate_not_before_timestamp_seconds")
                     .Help("When a certificate began to be valid.")
                     .Register(registry);
  auto& ends = prometheus::BuildGauge()
                   .Name("binnacle_certificate_expiry_timestamp_seconds")
                   .Help("When a certificate ends to be valid.")
                   .Register(registry);
  auto add = [&](const std::string& role, const std::string& whose, absl::Time from,
                 absl::Time until) {
    const prometheus::Labels labels = {{"role", role}, {"whose", whose}};
    begins.Add(labels).Set(static_cast<double>(absl::ToUnixSeconds(from)));
    ends.Add(labels).Set(static_cast<double>(absl::ToUnixSeconds(until)));
  };
  for (const Role& role : RolesOf(authority)) {
    add(role.name, role.certificate.fingerprint(), role.certificate.not_before(),
        role.certificate.not_after());
  }
  if (auto nodes = CertificatesByNode(authority, now); nodes.ok()) {
    for (const auto& [node, record] : *nodes) {
      add("proxy", node, record.not_before, record.not_after);
    }
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, registry.Collect());
  return text.str();
}

}  // namespace binnacle::server
