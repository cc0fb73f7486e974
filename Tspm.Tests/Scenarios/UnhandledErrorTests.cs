using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>An error in the daemon that nothing handles can be found from <c>daemon.log</c> alone.</summary>
[Timeout(60_000), ParallelLimiter<ScenarioLimit>]
internal sealed class UnhandledErrorTests
{
    /// <summary>
    /// While the file is there, the daemon has the epolls of its own two loops, and the one of the runtime's sockets is
    /// refused, which the runtime throws as an error that nobody expects.
    /// </summary>
    const string NoSockets = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        static int is_daemon;
        __attribute__((constructor)) static void begin(void) {
            char words[4096]; FILE *own = fopen("/proc/self/cmdline", "r");
            if (!own) return;
            size_t n = fread(words, 1, sizeof words - 1, own); fclose(own); words[n] = 0;
            size_t first = strlen(words) + 1;
            is_daemon = first < n && !strcmp(words + first, "__daemon");
        }
        int epoll_create1(int flags) {
            static int (*real)(int), made;
            if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "epoll_create1");
            const char *file = getenv("NO_SOCKETS_FILE");
            if (is_daemon && file && !access(file, F_OK) && ++made > 2) { errno = EMFILE; return -1; }
            return real(flags);
        }
        """;

    [Test]
    public async Task Its_stack_trace_names_the_methods(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Preload.Use(box, "no-sockets", NoSockets);
        var file = box.Variables["NO_SOCKETS_FILE"] = box.Write("no-sockets", "");
        await Assert.That((await box.Run("daemon", "start")).ExitCode).IsNotEqualTo(0);
        Preload.Stop(box);
        var log = File.ReadAllText(Path.Combine(box.Home, "daemon.log"));
        await Assert.That(log)
            .Contains("CRI internal error, the daemon is exiting: System.TypeInitializationException");
        await Assert.That(log).Contains("\n   at Tspm.Daemon.DaemonMain.Run(");
        File.Delete(file);
        // The guardian starts the next one, which finds the way free.
        await box.UntilFile(Path.Combine(box.Home, "daemon.log"), "is ready");
    }
}
