#include "demo/life.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "common/failure.h"

namespace weir::demo {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw tools::system_failure("make a pipe", errno);
    read_end = ends[0];
    write_end = ends[1];
  }
  int read_end;
  int write_end;
};

// Only calls that are safe between fork and exec.
[[noreturn]] void become_worker(const char* work, const Pipe& control, const Pipe& reports) {
  // A driver that is interrupted takes its worker along.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(control.read_end, STDIN_FILENO);
  dup2(reports.write_end, STDOUT_FILENO);
  execl("/proc/self/exe", "weir_demo", "--worker", work, static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

Life::Life(const std::filesystem::path& work) {
  const Pipe control;
  const Pipe reports;
  process_ = fork();
  if (process_ < 0) throw tools::system_failure("start a worker", errno);
  if (process_ == 0) become_worker(work.c_str(), control, reports);
  ::close(control.read_end);
  ::close(reports.write_end);
  control_ = control.write_end;
  reports_ = reports.read_end;
}

Life::~Life() {
  if (process_ > 0) kill();
  if (control_ >= 0) ::close(control_);
  ::close(reports_);
}

Life::Read Life::read(Sample* sample, int timeout_ms) {
  pollfd waiting{reports_, POLLIN, 0};
  const int ready = poll(&waiting, 1, timeout_ms);
  if (ready < 0 && errno != EINTR) throw tools::system_failure("wait for the worker", errno);
  if (ready <= 0) return Read::kNothing;
  const ssize_t count = ::read(reports_, sample, sizeof *sample);
  return count == ssize_t{sizeof *sample} ? Read::kSample : Read::kEnded;
}

void Life::kill() {
  ::kill(process_, SIGKILL);
  wait();
}

std::string Life::finish() {
  ::close(control_);
  control_ = -1;
  return wait();
}

std::string Life::wait() {
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return "ended with " + std::to_string(WEXITSTATUS(status));
  return "";
}

}  // namespace weir::demo
