#include "mesh/virtual_service_list.h"

#include <string>
#include <utility>

#include "mesh/lookup.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::mesh {

std::shared_ptr<const ListedVirtualService> ListVirtualService(
    std::shared_ptr<const policy::Object> object, const MeshSettings& settings) {
  auto listed = std::make_shared<ListedVirtualService>();
  std::vector<std::string> hosts;
  for (const std::string& host : object->As<policy::v1::VirtualService>().hosts()) {
    hosts.push_back(ResolveHost(host, object->key.ns, settings.domain));
  }
  listed->hosts = listed->texts.Keep(hosts);
  listed->export_to = ExportOfVirtualService(*object, settings);
  listed->object = std::move(object);
  return listed;
}

}  // namespace binnacle::mesh
