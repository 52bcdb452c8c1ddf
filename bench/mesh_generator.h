// bench/mesh_generator.h
//
// Meshes of any size as policy files, and changes of one object in them: of one
// endpoint's address, or of one route. Each change bears a text of its own, by
// which whoever is sent it can tell that it has come.
//
// Threads  one.
// Errors   kUnavailable, naming the file that cannot be written.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace binnacle::bench {

struct MeshShape {
  int services = 1000;
  int endpoints = 2;  // of each service
  // Of each service; endpoint e is in subset e modulo this. 0: no rules and no routes.
  int subsets = 2;
  int services_per_file = 1;
  int namespaces = 1;  // that services are spread over
  // Service, EndpointSlice and Pod as in a cluster, rather than ServiceEntry.
  bool kubernetes = false;
  int gateway_hosts = 0;             // each with a Gateway (HTTPS) and a VirtualService
  bool peer_authentication = false;  // of the mesh and of each namespace
};

// 10.0.0.0 to 10.99.255.255; up to 60,000 services of 99 endpoints.
std::string EndpointAddress(int service, int endpoint);

class MeshGenerator {
 public:
  // `serial`: how many changes were made before, by whomever; so that the next
  // differs from all of them.
  explicit MeshGenerator(MeshShape shape, int serial = 0) : shape_(shape), serial_(serial) {}

  const MeshShape& shape() const { return shape_; }
  std::string HostOf(int service) const;
  std::string NamespaceOf(int service) const;

  // The files of services, from 0, and of the rest; with the changes so far.
  int files() const;
  std::string FileName(int file) const;  // below the policy directory
  std::string FileText(int file) const;
  std::string MeshWideText() const;  // gateways, peer authentication
  std::string AllText() const;       // of small meshes: everything in one

  absl::Status WriteAll(const std::string& directory) const;
  // Whole: a reader finds the old text or the new one.
  absl::Status WriteFileOf(int service, const std::string& directory) const;

  // Each gives the text that what follows from the change will contain.
  std::string ChangeEndpoint(int service);  // the first endpoint's address
  std::string ChangeRoute(int service);     // a match in its VirtualService

 private:
  void AppendService(int service, std::string& text) const;
  void AppendServiceEntry(int service, std::string& text) const;
  void AppendKubernetes(int service, std::string& text) const;
  void AppendDestinationRule(int service, std::string& text) const;
  void AppendVirtualService(int service, std::string& text) const;
  void AppendGateway(int host, std::string& text) const;
  std::string AddressOf(int service, int endpoint) const;

  const MeshShape shape_;
  int serial_;
  std::map<int, std::string> first_address_;  // where changed, by service
  std::map<int, std::string> route_prefix_;
};

}  // namespace binnacle::bench
