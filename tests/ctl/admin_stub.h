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
#include "tests/ctl/scratch_directory.h"

namespace binnacle::ctl {

class AdminStub {
 public:
  AdminStub();
  ~AdminStub();
  AdminStub(const AdminStub&) = delete;
  AdminStub& operator=(const AdminStub&) = delete;

  // "127.0.0.1:40123"
  const std::string& address() const { return address_; }

  // The admin socket: takes any order to make a token or to rotate.
  const std::string& socket() const { return socket_path_; }
  // What was last ordered: "/token {...}".
  const std::string& ordered() const { return ordered_; }

  // Answers an order for `path` with this instead.
  void Refuse(const std::string& path, int status, const std::string& body);

  // Answers `path` with this instead.
  void Answer(const std::string& path, int status, const std::string& body);

 private:
  void ServeAdmin();
  void ServeOrders();
  void AddOrder(const std::string& path, const std::string& answer);

  ScratchDirectory directory_;
  httplib::Server http_;
  httplib::Server orders_;
  std::string address_;
  std::string socket_path_;
  std::string ordered_;
  std::string refused_;  // path
  int refusal_status_ = 0;
  std::string refusal_;
  std::thread thread_;
  std::thread orders_thread_;
};

// Listens nowhere: a port that was free a moment ago.
std::string DeadAddress();

}  // namespace binnacle::ctl
