using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// <c>tspm daemon</c> as PID 1 of a container (a PID namespace of its own): whatever an init must do.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class ContainerInitTests
{
    [Test]
    public async Task Orphans_are_reaped_and_no_zombie_is_left(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var container = await Container.Start(box, cancellation);
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(1);
        // Grandchildren whose parents end first; some end before, some after they came to PID 1.
        await box.Ok("start", "--name", "o", "--", "sh", "-c",
            "for i in 1 2 3 4 5; do (setsid sh -c 'sleep 0.05; exit 3' &); (true &); done; echo made; exec sleep 1000");
        await box.UntilOut("o", "made");
        // And what comes in from outside, as by docker exec.
        (await box.RunProgram("nsenter", "-t", $"{container.Init}", "-p", "-m", "sh", "-c",
            "(setsid sh -c 'sleep 0.05' &)")).Exits(0);
        await box.Until(() => container.Processes().Count == 3, "guardian, daemon and the one child are left");
        await Assert.That(container.Processes().Where(pid => !LiveProcess.IsAlive(pid))).IsEmpty();
        await Assert.That((await box.Get("o")).IsOnline).IsTrue();
        await container.StopBySignal();
    }

    [Test]
    [Arguments(LiveProcess.SIGTERM), Arguments(LiveProcess.SIGINT)]
    public async Task A_termination_signal_ends_it_after_its_children(int signal, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var container = await Container.Start(box, cancellation);
        await box.Ok("start", "--name", "s", "--", "sh", "-c",
            "trap 'sleep 0.1; echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("s", "ready");
        LiveProcess.Kill(container.Init, signal);
        await Assert.That(await container.Command.End()).IsEqualTo(0);
        await Assert.That(File.ReadAllText(box.OutLog("s"))).IsEqualTo("ready\nbye\n");
        await Assert.That(File.Exists(box.SocketPath)).IsFalse();
    }

    [Test]
    public async Task A_killed_daemon_is_back_and_how_a_child_ended_is_known(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var container = await Container.Start(box, cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        await box.Ok("start", "--name", "brief", "--restart", "never", "--", "sh", "-c",
            "trap 'exit 42' USR1; echo ready; while :; do sleep 0.02; done");
        await box.UntilOut("brief", "ready");
        var before = await box.Get("s");
        (await box.RunProgram("nsenter", "-t", $"{container.Init}", "-p", "-m", "kill", "-9",
            $"{(await box.DaemonPids()).Daemon}")).Exits(0);
        await box.Until(async () => await box.Run("ping") is { ExitCode: 0 } ran ? ran : null, "a daemon answers");
        var after = await box.Get("s");
        await Assert.That((after.Pid, after.Restarts)).IsEqualTo((before.Pid, 0));
        (await box.RunProgram("nsenter", "-t", $"{container.Init}", "-p", "-m", "kill", "-USR1",
            $"{await box.PidOf("brief")}")).Exits(0);
        await Assert.That((await box.UntilState("brief", "stopped")).ExitCode).IsEqualTo(42);
        await container.StopBySignal();
    }

    /// <summary>
    /// With PID 1 everything ends at once: it has to wait for who prints. What does not fit between the daemon and who
    /// prints is in the files.
    /// </summary>
    [Test]
    [Arguments(500)]
    [Arguments(100_000)]
    public async Task The_last_lines_are_on_its_output_before_it_ends_all_of_them(int last,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", $$"""{ "processes": [ { "name": "s", "command": "sh", "args": ["-c", "trap 'seq {{last}}; printf end; exit 0' TERM; echo ready; while :; do sleep 0.02; done"] } ] }""");
        using var container = await Container.Start(box, cancellation, "--apply", "c.json", "--logs");
        await container.Command.UntilOut("s | ready\n");
        // Who prints has no processor until the daemon is gone.
        var printer = container.Printer;
        LiveProcess.Kill(printer, LiveProcess.SIGSTOP);
        LiveProcess.Kill(container.Init, LiveProcess.SIGTERM);
        await box.Until(() => container.Processes().All(pid => pid == container.Init || pid == printer),
            "the daemon is gone");
        LiveProcess.Kill(printer, LiveProcess.SIGCONT);
        await Assert.That(await container.Command.End()).IsEqualTo(0);
        await container.Command.UntilOut("s | end\n");
        var lines = container.Command.Out.Split('\n')
            .Where(line => int.TryParse(line.AsSpan(Math.Min(4, line.Length)), out var _)).ToList();
        await Assert.That(lines)
            .IsEquivalentTo(Enumerable.Range(1, last).Select(number => $"s | {number}"),
                TUnit.Assertions.Enums.CollectionOrdering.Matching);
    }

    [Test]
    public async Task It_is_upgraded_in_place_as_well(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        using var container = await Container.Start(box, cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        var before = await box.PidOf("s");
        await box.Ok("daemon", "upgrade", await OtherVersion.Newer(box, "new/tspm"));
        await Assert.That((await box.DaemonPids()).Guardian).IsEqualTo(1);
        await Assert.That((await box.Status()).GetProperty("version").GetString()).IsEqualTo(OtherVersion.Number);
        await Assert.That(await box.PidOf("s")).IsEqualTo(before);
        await container.StopBySignal();
    }

    /// <summary>A PID namespace whose first process is the guardian.</summary>
    sealed class Container(TspmBox box, RunningCommand command, int init) : IDisposable
    {
        /// <summary>PID 1 as it is called outside.</summary>
        public int Init => init;

        public RunningCommand Command => command;

        /// <summary>Who prints the logs, as it is called outside.</summary>
        public int Printer =>
            Processes().Single(pid => LiveProcess.CommandOf(pid).Contains(" __logs ", StringComparison.Ordinal));

        public static async Task<Container> Start(TspmBox box, CancellationToken cancellation, params string[] more)
        {
            Tools.RequireRoot();
            string[] words = ["--pid", "--fork", "--mount-proc", "--kill-child", PublishedExecutable.Path, "daemon",
                .. more];
            var unshare = Programs.Start(Tools.Require("unshare"), words, box.Variables, box.Folder);
            var command = new RunningCommand(unshare, cancellation);
            await box.Until(
                async () =>
                    command.Err.Contains("Operation not permitted", StringComparison.Ordinal)
                        || await box.Run("ping") is { ExitCode: 0 } ? "" : null, "the daemon answers");
            if (!File.Exists(box.SocketPath)) Skip.Test($"SKIPPED: no PID namespace can be made here: {command.Err}");
            return new Container(box, command,
                int.Parse(File.ReadAllText($"/proc/{command.Pid}/task/{command.Pid}/children")));
        }

        /// <summary>All processes in it, zombies too, by their pids outside.</summary>
        public IReadOnlyList<int> Processes()
        {
            var own = new FileInfo($"/proc/{init}/ns/pid").LinkTarget;
            return [.. LiveProcess.All().Where(pid => NamespaceOf(pid) == own)];
        }

        public async Task StopBySignal()
        {
            LiveProcess.Kill(init, LiveProcess.SIGTERM);
            if (await command.End() != 0)
                throw new InvalidOperationException($"the container did not end well: {command.Err}");
            await box.UntilGone(init);
        }

        public void Dispose() => command.Dispose();

        /// <summary>A zombie keeps only the name of the namespace that its children would get.</summary>
        static string? NamespaceOf(int pid)
        {
            try
            {
                return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget
                    ?? new FileInfo($"/proc/{pid}/ns/pid_for_children").LinkTarget;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }
}
