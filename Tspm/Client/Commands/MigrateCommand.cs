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
/// <c>migrate</c>: takes over what is in an old process list and not here yet, and says what an older Tspm still runs;
/// with <c>--take-over</c> it stops that and starts it here. A second time there is nothing left to do.
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
                $"the old process list {path} could not be read and nothing was taken over: {problem}");
        using var daemon = session.ConnectToChange(line.IsOff("auto-start"));
        foreach (var remark in list.Remarks) session.Err.WriteLine(ControlText.Escape(remark));
        var present = new List<ProcessStatus>(List(daemon));
        var added = Add(session, daemon, list, present);
        var former = FindFormer(list, present);
        if (takeOver) TakeOver(session, daemon, list, former);
        var start = new List<string>();
        for (var i = 0; i < former.Length; i++)
        {
            var process = list.Processes[i];
            var name = process.Config.NameOrEmpty;
            if (former[i] is { } program && !takeOver)
                session.Err.WriteLine($"{ControlText.Escape(name)}: {program.Words}; tspm migrate --take-over stops "
                    + "that one and starts it here");
            else if (former[i] is not null || (process.IsUp == true && added.Contains(name))) start.Add(name);
        }
        if (added.Count > 0 && list.Processes.TrueForAll(static process => process.IsUp is null)
            && start.Count < added.Count) session.Err
                .WriteLine("the list does not say what should run; start it all with: tspm start-all");
        session.Out.Flush();
        // What waited for the older one's end has been started by that.
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
                $"there is no old process list in {Path.Combine(home, ".npmextra/kv")}; name one with: tspm migrate "
                    + "--from FILE");
    }

    static IReadOnlyList<ProcessStatus> List(DaemonClient daemon) =>
        daemon.Call(Methods.List, new ListRequest()).Processes;

    /// <summary>Defines what has no name here yet. Returns the names of those.</summary>
    static HashSet<string> Add(ClientSession session, DaemonClient daemon, LegacyList list, List<ProcessStatus> present)
    {
        var added = new HashSet<string>();
        var define = new List<ProcessConfig>();
        foreach (var process in list.Processes)
        {
            var name = process.Config.NameOrEmpty;
            if (present.Exists(status => status.Name == name))
                session.Out.WriteLine($"{ControlText.Escape(name)}: is here already");
            else if (added.Add(name)) define.Add(process.Config);
        }
        if (define.Count == 0) return added;
        var request = new AddRequest { Define = define, Client = ClientContextBuilder.Build() };
        var answer = daemon.Call(Methods.Add, request);
        Outcomes.Print(
            session, answer,
            static process => string.Create(CultureInfo.InvariantCulture, $"taken over (id {process.Id})"),
            withSuccesses: true, static _ => "taken over");
        return added;
    }

    /// <summary>Who else runs them, one entry a process; what this home's daemon runs does not count.</summary>
    static LegacyProgram?[] FindFormer(LegacyList list, List<ProcessStatus> present)
    {
        var running = RunningPrograms.Read();
        var former = new LegacyProgram?[list.Processes.Count];
        for (var i = 0; i < former.Length; i++)
            former[i] = LegacyPrograms
                .Find(list.Processes[i].Config, running, pid => present.Exists(status => status.Pid == pid));
        return former;
    }

    static void Stop(ClientSession session, LegacyProgram former)
    {
        var pid = Display.Number(former.Program.Pid);
        var manager = former.Manager is { } keeper ? $"the older tspm (pid {Display.Number(keeper.Pid)}) and " : "";
        session.Err.WriteLine($"stopping {manager}pid {pid} …");
        session.Err.Flush();
        if (!LegacyStop.Stop(former))
            throw new DaemonException(ErrorCode.Failed, $"pid {pid} cannot be ended, not even by SIGKILL");
    }

    /// <exception cref="DaemonException">Something that is not known here starts it again.</exception>
    static void TakeOver(ClientSession session, DaemonClient daemon, LegacyList list, LegacyProgram?[] former)
    {
        var any = false;
        foreach (var program in former)
        {
            if (program is null) continue;
            Stop(session, program);
            any = true;
        }
        if (!any) return;
        session.Pause(LookAgainAfter);
        foreach (var again in FindFormer(list, [.. List(daemon)]))
            if (again is not null)
                throw new DaemonException(ErrorCode.Failed,
                    $"it was started again, now as pid {again.Program.Pid}, by something that is not known here; stop "
                        + "that first (systemctl, cron, another supervisor), then run this again");
    }

    /// <summary>
    /// How long something that starts a program again may take to do so: the older Tspm, cron's neighbours and systemd
    /// need a second at most.
    /// </summary>
    static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(1200);

    static int Start(ClientSession session, List<string> names) => new Change<StartRequest, StartResponse>(
        Methods.Start, new StartRequest { Selectors = names, Client = ClientContextBuilder.Build() },
        Outcomes.InState).Run(session, new ChangeFlags(Json: false, NoAutoStart: true));
}
