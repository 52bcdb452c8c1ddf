#include "translator/plain_virtual_hosts.h"

#include <memory>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "translator/cluster_name.h"
#include "translator/operation_name.h"
#include "translator/virtual_host.h"
#include "translator/virtual_service_routes.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::VirtualHost;

// The texts of a form, by index.
enum Text : size_t { kName, kCluster, kOperation, kDomains };

std::shared_ptr<const MessageForm> FormWith(size_t domains, const policy::v1::MeshConfig& mesh) {
  VirtualHost host;
  std::vector<std::string> blanks;
  for (size_t i = 0; i < domains; ++i) blanks.push_back(MessageForm::Blank(kDomains + i));
  SetHost(MessageForm::Blank(kName), std::move(blanks), host);
  SetServiceRoute(MessageForm::Blank(kCluster), MessageForm::Blank(kOperation), mesh,
                  /*hashed=*/false, *host.add_routes());
  return std::make_shared<const MessageForm>(host);
}

}  // namespace

std::string PlainVirtualHosts::Fill(mesh::View& view, const mesh::Service& service, uint32_t port,
                                    const std::vector<std::string>& domains) {
  const auto form = forms_.Get(absl::StrCat(domains.size()), view, [&](mesh::View& reading) {
    return FormWith(domains.size(), reading.settings().config);
  });
  const std::string name = VirtualHostName(service.host, port);
  const std::string cluster = OutboundClusterName(port, "", service.host);
  const std::string operation = ServiceOperationName(service.host, port);
  absl::InlinedVector<absl::string_view, kDomains + 8> texts = {name, cluster, operation};
  texts.insert(texts.end(), domains.begin(), domains.end());
  return form->Fill(texts);
}

}  // namespace binnacle::translator
