using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Config.Import;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Commands;

/// <summary><c>start</c> and <c>start-all</c>: known processes, a config file's, or a new one.</summary>
[RegisterCommands]
internal sealed class StartCommand
{
    /// <summary>What comes up on a terminal is watched this long: a person wants to know whether it stays up.</summary>
    const int SettleOnTerminalMs = 500;

    /// <summary>The daemon's own limit.</summary>
    static readonly TimeSpan LongestSettle = TimeSpan.FromMinutes(1);

    /// <summary>What the words mean; a config file in them is read, and a file of PM2 imported.</summary>
    /// <param name="session">For what is to be said about an import.</param>
    /// <param name="line">What was typed.</param>
    /// <param name="isLost">Something is lost by an import: exit 1, when all else is done.</param>
    public static StartTarget ReadTarget(ClientSession session, ParsedLine line, out bool isLost)
    {
        var lossy = line.IsOn("lossy");
        var lost = false;
        var wasImported = false;
        string? project = null;
        var target = StartTarget.Of(line.Words, line.Program, line.ConfigFlags, (path, kind) =>
        {
            wasImported = kind == FileKind.Pm2;
            var file = wasImported ? ImportCommand.ReadPm2(session, path, lossy, out lost) : ProjectFile.Read(path);
            project = file.Project;
            return file.Processes;
        }, StartFiles.Here);
        if (lossy && !wasImported) throw new UsageException("--lossy applies only to a PM2 file; leave it out");
        isLost = lost;
        return target with { Project = project };
    }

    [Command("start")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var target = ReadTarget(session, line, out var isLost);
        if (line.ValueOf("only") is { } only)
            target = target.Only(only.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var (flags, attach) = (ChangeFlags.Of(line), line.IsOn("attach"));
        var request = new StartRequest
        {
            Selectors = target.Selectors,
            Define = Named(target, line),
            HasOverrides = target.HasOverrides,
            Force = line.IsOn("force"),
            UpdateEnv = line.IsOn("update-env"),
            Client = session.Context(flags.NoAutoStart),
            SettleMs = SettleTime(session, line.ValueOf("settle"), flags, attach),
        };
        request = request with { Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs };
        // Another machine's clock may be another one.
        DateTimeOffset? begun = session.Remote is null ? TimeProvider.System.GetUtcNow() : null;
        var code = Start(session, target, request, flags, out var started);
        if (code == ExitCodes.Done) TellOfPorts(session, target);
        if (!attach || code != ExitCodes.Done) return ImportCommand.WithLoss(code, isLost);
        session.Out.Flush();
        return ImportCommand.WithLoss(Attached.Show(session, started, begun, flags.Json), isLost);
    });

    [Command("start-all")]
    public void RunAll(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (flags, updateEnv) = (ChangeFlags.Of(line), line.IsOn("update-env"));
        var request = new StartRequest
        {
            Selectors = [Selector.All],
            UpdateEnv = updateEnv,
            Wait = !flags.NoWait,
            Client = updateEnv ? session.Context(flags.NoAutoStart) : null,
        };
        return Send(session, request with { WaitTimeoutMs = flags.WaitTimeoutMs }, flags, out _);
    });

    /// <summary>
    /// A name that nobody gave is left to the daemon, which knows whether it is free: such a name replaces nothing.
    /// </summary>
    static IReadOnlyList<ProcessConfig>? Named(StartTarget target, ParsedLine line) =>
        target.IsFile || line.ValueOf("name") is not null
            ? target.Define
            : target.Define?.Select(static config => config with { Name = null }).ToList();

    /// <summary>People who come from PM2's cluster mode expect several instances to share a port.</summary>
    static void TellOfPorts(ClientSession session, StartTarget target)
    {
        if (!session.Out.IsTerminal || target.IsFile) return;
        if (target.Define is not [{ Instances: > 1 and var count, Listen: null }]) return;
        session.Err.WriteLine($"{Display.Number(count)} instances cannot share a port by themselves: "
            + "use --listen :PORT, or let each take its own, from TSPM_INSTANCE");
    }

    static int? SettleTime(ClientSession session, string? settle, ChangeFlags flags, bool attach)
    {
        // Who follows the output sees for himself how it ends.
        if (settle is null) return session.Out.IsTerminal && !flags.NoWait && !attach ? SettleOnTerminalMs : null;
        if (flags.NoWait) throw new UsageException("--settle waits, and --no-wait does not; leave out one of them");
        if (Duration.TryParse(settle, out var time) && time <= LongestSettle) return (int)time.TotalMilliseconds;
        throw new UsageException("--settle can be at most 1m; to wait longer, add a readiness probe with --ready");
    }

    /// <summary>Known processes first; then what the words are otherwise.</summary>
    static int Start(
        ClientSession session, StartTarget target, StartRequest request, ChangeFlags flags,
        out IReadOnlyList<ProcessOutcome> started)
    {
        var needsSecondLook = target.IsFile || target.Ambiguity is not null;
        try
        {
            if (!needsSecondLook) return Send(session, request, flags, out started);
            return Send(session, request with { Define = null }, flags, out started);
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess)
        {
            if (target.Unknown is { } why) throw why;
            if (!needsSecondLook) throw;
        }
        if (target.IsFile) return FileStart.Run(session, request, target.Project, flags, out started);
        RefuseNames(session, target, flags);
        return Send(session, request with { Selectors = null }, flags, out started);
    }

    /// <summary>One command of several words: none after the first may name a process.</summary>
    static void RefuseNames(ClientSession session, StartTarget target, ChangeFlags flags)
    {
        using var daemon = session.ConnectToChange(flags.NoAutoStart);
        var all = daemon.Call(Methods.List, new ListRequest());
        foreach (var process in all.Processes)
            if (target.Selectors.Skip(1).Contains(process.Name)) throw target.Ambiguity!;
    }

    static int Send(
        ClientSession session, StartRequest request, ChangeFlags flags, out IReadOnlyList<ProcessOutcome> started)
    {
        var change = new Change<StartRequest, StartResponse>(Methods.Start, request, Phrase)
        {
            Again = request with { Again = true },
        };
        var code = change.Run(session, flags, out var response);
        started = response.Processes;
        return code;
    }

    /// <summary>What became of one instance.</summary>
    public static string Phrase(ProcessOutcome process) =>
        process is { Unchanged: true, State: ProcessState.Online }
            ? $"already {Outcomes.InState(process)}" : Outcomes.InState(process);
}
