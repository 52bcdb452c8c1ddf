// tests/ctl/admin_stub.h
//
// An admin address that answers what was recorded: proxies, objects of a kind,
// resources of a proxy. It filters objects as the real one does.
//
// Threads  one uses it; it has its own.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "httplib.h"

namespace binnacle::ctl {

class AdminStub {
 public:
  AdminStub();
  ~AdminStub();
  AdminStub(const AdminStub&) = delete;
  AdminStub& operator=(const AdminStub&) = delete;

  // "127.0.0.1:40123"
  const std::string& address() const { return address_; }

  // Answers `path` with this instead.
  void Answer(const std::string& path, int status, const std::string& body);

 private:
  httplib::Server http_;
  std::string address_;
  std::thread thread_;
};

// Listens nowhere: a port that was free a moment ago.
std::string DeadAddress();

}  // namespace binnacle::ctl
