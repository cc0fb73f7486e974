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

namespace Tspm.Client.Commands;

/// <summary>
/// <c>start</c> and <c>start-all</c>: start known processes, the processes of a config file, or a new command.
/// </summary>
[RegisterCommands]
internal sealed class StartCommand
{
    /// <summary>Interprets the words; reads a config file, and imports a PM2 file.</summary>
    /// <param name="session">Receives the notes about an import.</param>
    /// <param name="line">The command line.</param>
    /// <param name="isLost">An import dropped settings, so the exit code is 1 even after a success.</param>
    public static StartTarget ReadTarget(ClientSession session, ParsedLine line, out bool isLost)
    {
        var lossy = line.IsOn("lossy");
        var lost = false;
        var wasImported = false;
        string? project = null;
        var target = StartTarget.Resolve(line.Words, line.Program, line.ConfigFlags, (path, kind) =>
        {
            wasImported = kind == FileKind.Pm2;
            var file = wasImported ? ImportCommand.ReadPm2(session, path, lossy, out lost) : ProjectFile.Read(path);
            project = file.Project;
            return file.Processes;
        }, LocalFiles.Here);
        if (lossy && !wasImported) throw new UsageException("--lossy applies only to a PM2 file; leave it out");
        isLost = lost;
        return target with { Project = project };
    }

    /// <summary>What the words of a command line mean.</summary>
    public delegate StartTarget TargetReader(ClientSession session, ParsedLine line, out bool isLost);

    /// <summary>Reads a config file, Tspm's or PM2's, and nothing else, as <see cref="ReadTarget"/> does.</summary>
    /// <exception cref="DaemonException">The word is not such a file.</exception>
    public static StartTarget ReadFile(ClientSession session, ParsedLine line, out bool isLost)
    {
        // Reading any other file explains what it is, and what to do with it.
        if (LocalFiles.Here.Recognise(line.Words[0]) is not (FileKind.Tspm or FileKind.Pm2))
            _ = ProjectFile.Read(line.Words[0]);
        // An instance or a process with the name of a file is not meant here.
        return ReadTarget(session, line, out isLost) with { IsOnlyFile = true };
    }

    [Command("start")]
    public void Run(ConsoleAppContext context) =>
        context.Run(static (session, line) => Run(session, line, ReadTarget));

    /// <summary>Starts what the command line names, and shows its output with --attach.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ClientSession session, ParsedLine line, TargetReader read)
    {
        var target = read(session, line, out var isLost);
        if (line.ValueOf("only") is { } only)
            target = target.Only(only.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var (flags, attach) = (ChangeFlags.From(line), line.IsOn("attach"));
        var request = new StartRequest
        {
            Selectors = target.Selectors,
            Define = Named(target, line),
            HasOverrides = target.HasOverrides,
            Force = line.IsOn("force"),
            UpdateEnv = line.IsOn("update-env"),
            Client = session.Context(flags.NoAutoStart),
            // With --attach, the user sees in the output whether it stays up.
            SettleMs = SettleTime.Read(session, line, isWatched: attach),
        };
        request = request with { Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs };
        // The clock of another machine may differ.
        DateTimeOffset? begun = session.Remote is null ? TimeProvider.System.GetUtcNow() : null;
        var code = Start(session, target, request, flags, out var started);
        if (code == ExitCodes.Done) SuggestListen(session, target);
        if (!attach || code != ExitCodes.Done) return ImportCommand.WithLoss(code, isLost);
        session.Out.Flush();
        return ImportCommand.WithLoss(Attached.Show(session, started, begun, flags.Json), isLost);
    }

    [Command("start-all")]
    public void RunAll(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var (flags, updateEnv) = (ChangeFlags.From(line), line.IsOn("update-env"));
        var request = new StartRequest
        {
            Selectors = [Selector.All],
            UpdateEnv = updateEnv,
            Wait = !flags.NoWait,
            Client = updateEnv ? session.Context(flags.NoAutoStart) : null,
            SettleMs = SettleTime.Read(session, line),
        };
        return Send(session, request with { WaitTimeoutMs = flags.WaitTimeoutMs }, flags, out _);
    });

    /// <summary>
    /// Removes default names: the daemon chooses them, because it knows which names are free. So a default name never
    /// replaces an existing process.
    /// </summary>
    static IReadOnlyList<ProcessConfig>? Named(StartTarget target, ParsedLine line) =>
        target.IsFile || line.ValueOf("name") is not null
            ? target.Define
            : target.Define?.Select(static config => config with { Name = null }).ToList();

    /// <summary>Users of PM2's cluster mode expect several instances to share a port.</summary>
    static void SuggestListen(ClientSession session, StartTarget target)
    {
        if (!session.Out.IsTerminal || target.IsFile) return;
        if (target.Define is not [{ Instances: > 1 and var count, Listen: null }]) return;
        session.Err.WriteLine($"{Display.Number(count)} instances cannot listen on the same port on their own: "
            + "use --listen :PORT, or derive a port for each from TSPM_INSTANCE");
    }

    /// <summary>Tries the words as selectors first, then as a file or a command.</summary>
    static int Start(
        ClientSession session, StartTarget target, StartRequest request, ChangeFlags flags,
        out IReadOnlyList<ProcessOutcome> started)
    {
        if (target.IsOnlyFile) return FileStart.Run(session, request, target.Project, flags, out started);
        var triesSelectorsFirst = target.IsFile || target.Ambiguity is not null || target.NotACommand is not null;
        try
        {
            if (!triesSelectorsFirst && target.Define is not null) return Send(session, request, flags, out started);
            return Send(session, request with { Define = null }, flags, out started);
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess)
        {
            if (target.Unknown is { } why) throw why;
            if (target.NotACommand is { } reason) throw Both(unknown, reason, target);
            if (!triesSelectorsFirst) throw;
        }
        if (target.IsFile) return FileStart.Run(session, request, target.Project, flags, out started);
        RefuseNames(session, target, flags);
        return Send(session, request with { Selectors = null }, flags, out started);
    }

    /// <summary>Says that no process has the name, and why the word cannot be run as a command.</summary>
    static DaemonException Both(DaemonException unknown, DaemonException reason, StartTarget target)
    {
        // An instance that does not exist is about a known process, so nobody looks for a program.
        if (Selector.Parse(target.Selectors[0]).Kind == SelectorKind.Instance) return unknown;
        return new DaemonException(reason.Code, $"{unknown.Message}\n{reason.Message}", unknown.Data);
    }

    /// <summary>Refuses a command of several words if one after the first names a process.</summary>
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

    /// <summary>Describes the outcome for one instance.</summary>
    public static string Phrase(ProcessOutcome process) =>
        process is { Unchanged: true, State: ProcessState.Online }
            ? $"already {Outcomes.InState(process)}" : Outcomes.InState(process);
}
