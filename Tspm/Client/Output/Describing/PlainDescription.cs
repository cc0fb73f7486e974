using System.Globalization;
using Tspm.Client.CommandLine;
using Tspm.Client.Terminal;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Client.Output.Describing;

/// <summary>A description in a pipe: one fact on each line, after its label and a tab.</summary>
internal static class PlainDescription
{
    public static void Print(OutputWriter output, Described described)
    {
        foreach (var fact in Facts(described)) output.WriteLine($"{fact.Label}\t{fact.Text}");
    }

    static IEnumerable<Fact> Facts(Described described) =>
    [
        .. State(described),
        .. DescriptionFacts.Checks(described.Process),
        .. DescriptionFacts.Output(described.LastLines),
        .. DescriptionFacts.Listening(described.Process),
        .. described.Process.Tree.Select(Member),
        .. DescriptionFacts.Exits(described.Process, static time => Display.Time(time)),
        .. DescriptionFacts.Command(described),
        .. DescriptionFacts.Config(described.Process.Config, described.ShowsSecrets),
    ];

    static IEnumerable<Fact> State(Described described)
    {
        var status = described.Status;
        yield return new Fact("name", described.Name);
        if (described.Process.Config.IsJob) yield return new Fact("kind", "job");
        yield return new Fact("id", Display.Number(status.Id));
        yield return new Fact("namespace", Display.Text(status.Namespace));
        yield return new Fact("project", Display.Text(status.Project));
        yield return new Fact("state", Display.State(status));
        if (status.NextRunAt is { } next) yield return new Fact("next run", Display.TimeThere(next));
        var info = ProcessInfo.IsPressing(status)
            ? ProcessInfo.Describe(status, TimeProvider.System.GetLocalNow()) : "";
        if (info.Length > 0) yield return new Fact("info", info);
        yield return new Fact("desired", status.Desired == DesiredState.Up ? "up" : "down");
        yield return new Fact("reason", Display.Text(HintedCommands.Complete(status.Reason)));
        yield return new Fact("pid", Display.Number(status.Pid));
        yield return new Fact("uptime", Display.Uptime(status.UptimeMs));
        yield return new Fact("restarts", Display.Number(status.Restarts));
        yield return new Fact(
            "failures", string.Create(CultureInfo.InvariantCulture, $"{status.ConsecutiveFailures} in a row"));
        yield return new Fact("last exit", LastExit(status));
        yield return new Fact("cpu", Display.Cpu(status.CpuPercent));
        yield return new Fact("memory", Display.Memory(status.MemoryBytes));
        yield return new Fact("started", Display.Time(status.StartedAt));
        yield return new Fact("created", Display.Time(status.CreatedAt));
    }

    static string LastExit(ProcessStatus status) =>
        status.ExitCode is { } code
            ? string.Create(CultureInfo.InvariantCulture, $"code {code}") : Display.Text(status.Signal);

    static Fact Member(TreeMember member) => new("tree", string.Create(CultureInfo.InvariantCulture,
        $"{member.Pid} (parent {member.ParentPid}, cpu {Display.Cpu(member.CpuPercent)}, "
            + $"mem {Display.Memory(member.MemoryBytes)}) {ControlText.Escape(member.Command)}"));
}
