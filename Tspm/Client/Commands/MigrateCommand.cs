using System.Globalization;
using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Defining;
using Tspm.Client.Output;
using Tspm.Client.Running;
using Tspm.Client.Terminal;
using Tspm.Legacy;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Platform.Linux.Tree;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary>
/// <c>migrate</c>: imports processes from an old process list that are not defined here yet, and reports those that an
/// older Tspm still runs. With <c>--take-over</c> it stops those and starts them here. It is idempotent.
/// </summary>
[RegisterCommands]
internal sealed class MigrateCommand
{
    [Command("migrate")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        var takeOver = line.IsOn("take-over");
        var (path, list) = Find(line.ValueOf("from"));
        if (list.Problem is { } problem)
            throw new DaemonException(ErrorCode.Failed,
                $"nothing was imported, because the old process list {path} could not be read: {problem}");
        using var daemon = session.ConnectToChange(line.IsOff("auto-start"));
        foreach (var remark in list.Remarks) session.Err.WriteLine(ControlText.Escape(remark));
        var present = new List<ProcessStatus>(List(daemon));
        var added = Add(session, daemon, list, present);
        var legacy = FindLegacyPrograms(list, present);
        if (takeOver) TakeOver(session, daemon, list, legacy);
        var start = new List<string>();
        for (var i = 0; i < legacy.Length; i++)
        {
            var process = list.Processes[i];
            var name = process.Config.NameOrEmpty;
            if (legacy[i] is { } program && !takeOver)
                session.Err.WriteLine($"{ControlText.Escape(name)}: {program.Words}; to stop it there and start it "
                    + "here: tspm migrate --take-over");
            else if (legacy[i] is not null || (process.IsUp == true && added.Contains(name))) start.Add(name);
        }
        if (added.Count > 0 && list.Processes.TrueForAll(static process => process.IsUp is null)
            && start.Count < added.Count) session.Err
                .WriteLine("the list does not say which processes should run; to start all of them: tspm start-all");
        session.Out.Flush();
        // Processes that waited for the older Tspm to stop them have been started by now.
        foreach (var status in List(daemon))
            if (status.State == ProcessState.Online && start.Remove(status.Name))
                session.Out.WriteLine($"{ControlText.Escape(status.Name)}: online (pid {Display.Number(status.Pid)})");
        return start.Count == 0 ? ExitCodes.Done : Start(session, start);
    });

    static (string Path, LegacyList List) Find(string? from)
    {
        var home = LegacyFinder.UserHome ?? "/";
        if (from is not null) return (from, LegacyFinder.Read(Path.GetFullPath(from), home));
        return LegacyFinder.Find(home) is { } found
            ? (found.Path, found.List)
            : throw new DaemonException(ErrorCode.Failed,
                $"no old process list was found in {Path.Combine(home, ".npmextra/kv")}; to name one: tspm migrate "
                    + "--from FILE");
    }

    static IReadOnlyList<ProcessStatus> List(DaemonClient daemon) =>
        daemon.Call(Methods.List, new ListRequest()).Processes;

    /// <summary>Defines the processes whose names are not in use here, and returns those names.</summary>
    static HashSet<string> Add(ClientSession session, DaemonClient daemon, LegacyList list, List<ProcessStatus> present)
    {
        var added = new HashSet<string>();
        var define = new List<ProcessConfig>();
        foreach (var process in list.Processes)
        {
            var name = process.Config.NameOrEmpty;
            if (present.Exists(status => status.Name == name))
                session.Out.WriteLine($"{ControlText.Escape(name)}: already defined");
            else if (added.Add(name)) define.Add(process.Config);
        }
        if (define.Count == 0) return added;
        var request = new AddRequest { Define = define, Client = ClientContextBuilder.Build() };
        var answer = daemon.Call(Methods.Add, request);
        Outcomes.Print(
            session, answer,
            static process => string.Create(CultureInfo.InvariantCulture, $"imported (id {process.Id})"),
            withSuccesses: true, static _ => "imported");
        return added;
    }

    /// <summary>
    /// Finds the programs that an older Tspm still runs, with one entry per process of the list. Children of this
    /// home's daemon do not count.
    /// </summary>
    static LegacyProgram?[] FindLegacyPrograms(LegacyList list, List<ProcessStatus> present)
    {
        var running = RunningPrograms.Read();
        var legacy = new LegacyProgram?[list.Processes.Count];
        for (var i = 0; i < legacy.Length; i++)
            legacy[i] = LegacyPrograms
                .Find(list.Processes[i].Config, running, pid => present.Exists(status => status.Pid == pid));
        return legacy;
    }

    static void Stop(ClientSession session, LegacyProgram legacy)
    {
        var pid = Display.Number(legacy.Program.Pid);
        var manager = legacy.Manager is { } keeper ? $"the older tspm (pid {Display.Number(keeper.Pid)}) and " : "";
        session.Err.WriteLine($"stopping {manager}pid {pid} …");
        session.Err.Flush();
        if (!LegacyStop.Stop(legacy))
            throw new DaemonException(ErrorCode.Failed, $"pid {pid} did not end, not even after SIGKILL");
    }

    /// <summary>Stops the programs that an older Tspm still runs, and checks that they stay stopped.</summary>
    /// <exception cref="DaemonException">Another program starts one of them again.</exception>
    static void TakeOver(ClientSession session, DaemonClient daemon, LegacyList list, LegacyProgram?[] legacy)
    {
        var any = false;
        foreach (var program in legacy)
        {
            if (program is null) continue;
            Stop(session, program);
            any = true;
        }
        if (!any) return;
        session.Pause(RestartCheckDelay);
        foreach (var again in FindLegacyPrograms(list, [.. List(daemon)]))
            if (again is not null)
                throw new DaemonException(ErrorCode.Failed,
                    $"another program has started it again, now as pid {again.Program.Pid}; stop that program first "
                        + "(systemd, cron, another supervisor), then run this command again");
    }

    /// <summary>
    /// How long to wait before checking that nothing has restarted a program: the older Tspm and systemd need a second
    /// at most.
    /// </summary>
    static readonly TimeSpan RestartCheckDelay = TimeSpan.FromMilliseconds(1200);

    static int Start(ClientSession session, List<string> names) => new Change<StartRequest, StartResponse>(
        Methods.Start, new StartRequest { Selectors = names, Client = ClientContextBuilder.Build() },
        Outcomes.InState).Run(session, new ChangeFlags(Json: false, NoAutoStart: true));
}
