using System.Globalization;
using System.Text;
using Tspm.Client.Output;
using Tspm.Client.Why;
using Tspm.Daemon.Answers;
using Tspm.Events;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision;
using Tspm.Supervision.Process;
using Tspm.Tests.Client;

namespace Tspm.Tests.Supervision;

/// <summary>Something that happens to processes, and how <c>events</c> and <c>why</c> tell of it.</summary>
internal sealed class Story : IDisposable
{
    /// <summary>Whoever asks for something in a story.</summary>
    static readonly Requester Somebody = new(1000, 77);

    public World World { get; } = new() { Machine = { Answer = static (_, signal) => new ExitStatus(null, signal) } };

    public static ProcessConfig Web { get; } = new() { Name = "web", Command = "web" };

    /// <summary>Children go on whatever signal they get; only SIGKILL ends them.</summary>
    public void MakeStubborn() => World.Machine.Answer =
        static (_, signal) => signal == Signals.SIGKILL ? new ExitStatus(null, Signals.SIGKILL) : null;

    /// <summary>Somebody with a uid and a pid asks for it.</summary>
    public void Ask(Action<Supervisor> wish)
    {
        Orders.By(Somebody, () => wish(World.Supervisor));
        World.Step();
    }

    /// <summary>Defined, and started by somebody.</summary>
    public SupervisedProcess Start(ProcessConfig config)
    {
        var instance = World.Define(config);
        Ask(supervisor => supervisor.Start(instance, CauseRequest.Start));
        return World.Again(instance);
    }

    public SupervisedProcess Instance(string name) =>
        World.Supervisor.Table.Processes.First(instance => instance.DisplayName == name);

    /// <summary>The youngest child of a process ends by itself.</summary>
    public void ExitYoungest(SupervisedProcess instance, int code)
    {
        World.Machine.Exit(
            World.Machine.Living.Last(process => process.Key == instance.Key), new ExitStatus(code, null));
        World.Step();
    }

    /// <summary>All of it, as people read it.</summary>
    public string Text()
    {
        var text = new StringBuilder("events\n");
        foreach (var happened in World.Told) text.Append(Line(happened)).Append('\n');
        text.Append("\nwhy\n").Append(Why());
        return text.ToString();
    }

    static string Line(ProcessEvent happened)
    {
        var culture = CultureInfo.InvariantCulture;
        var seconds = (happened.Time - World.Midnight).TotalSeconds.ToString("0.###", culture);
        // What people are not shown, because the line before has said it, is in brackets.
        var sentence = EventText.Describe(happened);
        if (EventText.IsRepetition(happened)) sentence = $"({sentence})";
        var name = happened.Instance > 0 ? $"{happened.Name}:{happened.Instance}" : happened.Name ?? "-";
        var cause = happened.Outcome is null ? happened.Cause : $"{happened.Cause},{happened.Outcome}";
        return string.Create(
            culture, $"{seconds,6} s  {name} {sentence}  [{happened.Kind} {cause} {happened.From}>{happened.To}]");
    }

    string Why()
    {
        var report = new WhyReport();
        foreach (var happened in World.Told) report.Add(happened);
        foreach (var instance in World.Supervisor.Table.Processes) report.Add(StatusOf(instance.View));
        report.Complete(static instance => instance.Status is not null);
        var screen = new Screen();
        WhyPrinter.Print(screen.Writer, report, json: false);
        // The time of each exit is among the events.
        return string.Concat(screen.Text.Split('\n').Select(static line =>
            line.Contains('\t', StringComparison.Ordinal) ? "  " + line[(line.IndexOf('\t') + 1)..] : line)
            .Where(static line => line.Length > 0).Select(static line => line.Replace("\t", "  ") + "\n"));
    }

    static ProcessStatus StatusOf(ProcessView view) => new()
    {
        Id = view.Key.Id,
        Name = view.Definition.Name,
        Namespace = view.Definition.Namespace,
        Instance = view.Key.Instance,
        State = view.State.Observed,
        Desired = view.State.Desired,
        Pid = view.Pid,
        Reason = Statuses.ReasonOf(view),
        CreatedAt = view.Definition.CreatedAt,
        Command = "web",
        Cwd = "/",
        OutLog = view.OutLog,
        ErrLog = view.ErrLog,
    };

    public void Dispose() => World.Dispose();
}
