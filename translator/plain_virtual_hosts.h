// translator/plain_virtual_hosts.h
//
// Virtual hosts of services that no VirtualService speaks for and whose requests
// no rule has hashed: most of a large mesh. They differ in nothing but names, so
// one is built, and the others are it with their names filled in.
//
// Threads  guarded by its owner.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mesh/service.h"
#include "mesh/view.h"
#include "translator/memo.h"
#include "translator/message_form.h"

namespace binnacle::translator {

class PlainVirtualHosts {
 public:
  // Serialised, with the name VirtualHostName().
  std::string Fill(mesh::View& view, const mesh::Service& service, uint32_t port,
                   const std::vector<std::string>& domains);

 private:
  MemoCounts counts_;
  Memo<MessageForm> forms_{&counts_};  // by the number of domains
};

}  // namespace binnacle::translator
