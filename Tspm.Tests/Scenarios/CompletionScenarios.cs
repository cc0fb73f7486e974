using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Tab in the real shells, without a daemon. Each line is run then, to see which words came out.</summary>
[Timeout(120_000)]
public sealed class CompletionScenarios
{
    static readonly (string Typed, string Words)[] s_lines =
    [
        ("tspm valid", "<tspm><validate>"),
        ("tspm --vers", "<tspm><--version>"),
        ("tspm pid my", "<tspm><pid><my app>"),
        ("tspm env \"my a", "<tspm><env><my app>"),
        ("tspm flush api", "<tspm><flush><api:prod>"),
        ("tspm reset api:p", "<tspm><reset><api:prod>"),
        ("tspm why gr", "<tspm><why><grün>"),
        ("tspm restart two:1", "<tspm><restart><two:1>"),
        ("tspm list --sort upt", "<tspm><list><--sort><uptime>"),
        ("tspm list --sort=upt", "<tspm><list><--sort=uptime>"),
        ("tspm ls --state errored,wai", "<tspm><ls><--state><errored,waiting>"),
        ("tspm signal SIGUSR1 my", "<tspm><signal><SIGUSR1><my app>"),
        ("tspm apply conf", "<tspm><apply><conf 1.toml>"),
        ("tspm plan ~/con", "conf 1.toml>"),
        ("tspm stop --wait-timeout 5s -- my", "<--><my app>"),
    ];

    [Test]
    [Arguments("bash", "bash --norc -i", "source <(tspm completion bash)",
        "show() { printf '<%s>' \"$@\"; echo; }; echo load''ed")]
    [Arguments("zsh", "zsh -f -i", "autoload -Uz compinit && compinit -u -D; source <(tspm completion zsh)",
        "show() { printf '<%s>' \"$@\"; echo; }; echo load''ed")]
    [Arguments("fish", "fish --no-config -i", "tspm completion fish | source",
        "function show; printf '<%s>' $argv; echo; end; echo load''ed")]
    [Arguments("pwsh", "pwsh -NoProfile -NoLogo", "tspm completion powershell | Out-String | Invoke-Expression",
        "Set-PSReadLineOption -EditMode Emacs; function show { '<' + ($args -join '><') + '>' }; 'load' + 'ed'")]
    public async Task Tab_completes(
        string shell, string program, string install, string prepare, CancellationToken cancellation)
    {
        Tools.Require(shell);
        await using var box = new TspmBox(cancellation);
        foreach (var name in new[] { "web", "my app", "api:prod", "grün" })
            await box.Ok("add", "sleep 1000", "--name", name);
        await box.Ok("add", "sleep 1000", "--name", "two", "-i", "2");
        await box.Ok("daemon", "stop");
        box.Write("conf 1.toml", "");
        box.Write("confused.txt", "");
        await using var terminal = new TerminalShell(box, cancellation, program, columns: 120);
        await terminal.Type(install + "\r");
        await terminal.Type(prepare + "\r");
        await terminal.UntilText("loaded");
        foreach (var (typed, words) in s_lines)
        {
            await terminal.Type(typed + "\t");
            // The beginning of the line: what was completed becomes the arguments of another command.
            await terminal.Type("\u0001show \r");
            await terminal.UntilText(words);
        }
        await Assert.That(terminal.Text).DoesNotContain("no daemon").And.DoesNotContain("command not found");
    }

    /// <summary>Whoever presses Tab must not wait for a daemon, nor start one.</summary>
    [Test]
    public async Task A_completion_connects_to_nothing_and_opens_one_file_of_the_home(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web");
        var record = Path.Combine(box.Folder, "calls");
        await Preload.Use(box, "calls", Source.Replace("RECORD", record));
        await Assert.That((await box.Ok("__complete", "zsh", "1", "stop", "")).Out).Contains("=web:sleep 1000\n");
        var calls = TspmBox.Text(record).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await Assert.That(calls.Where(static call => call == "connect")).IsEmpty();
        await Assert.That(calls.Where(call => call.Contains(box.Home)))
            .IsEquivalentTo([Path.Combine(box.Home, "processes.json")]);
        await Assert.That(calls.Length).IsLessThanOrEqualTo(30).Because(string.Join(", ", calls));
        File.Delete(record);
        await Assert.That((await box.Ok("__complete", "zsh", "0", "sto")).Out).Contains("=stop:");
        await Assert.That(File.Exists(record) ? TspmBox.Text(record) : "").DoesNotContain(box.Home)
            .And.DoesNotContain("connect");
        Preload.Stop(box);
    }

    [Test]
    public async Task Nothing_is_said_when_the_home_cannot_be_read(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        Directory.CreateDirectory(box.Home);
        File.WriteAllText(Path.Combine(box.Home, "processes.json"), "{ broken");
        foreach (var home in new[] { box.Home, "/dev/null", new string('x', 200), Path.Combine(box.Folder, "none") })
        {
            box.Variables["TSPM_HOME"] = home;
            var ran = (await box.Run("__complete", "bash", " :=", "tspm stop ")).Exits(0);
            await Assert.That(ran.Out + ran.Err).IsEmpty().Because(home);
        }
        box.Variables["TSPM_HOME"] = box.Home;
        await Assert.That(File.ReadAllText(Path.Combine(box.Home, "processes.json"))).IsEqualTo("{ broken");
    }

    const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static void note(const char *what)
        {
            int file = syscall(SYS_openat, AT_FDCWD, "RECORD", O_WRONLY | O_CREAT | O_APPEND, 0600);
            dprintf(file, "%s\n", what);
            close(file);
        }

        #define OPEN(name) int name(const char *path, int flags, ...) \
        { \
            va_list l; va_start(l, flags); mode_t mode = va_arg(l, mode_t); va_end(l); \
            note(path); \
            return syscall(SYS_openat, AT_FDCWD, path, flags, mode); \
        }
        OPEN(open)
        OPEN(open64)

        int openat(int folder, const char *path, int flags, ...)
        {
            va_list l; va_start(l, flags); mode_t mode = va_arg(l, mode_t); va_end(l);
            note(path);
            return syscall(SYS_openat, folder, path, flags, mode);
        }

        int connect(int socket, const struct sockaddr *address, socklen_t length)
        {
            note("connect");
            return syscall(SYS_connect, socket, address, length);
        }
        """;
}
