using Tspm.Guardian;
using static Tspm.Guardian.GuardianState;

namespace Tspm.Tests.Guards;

/// <summary>
/// One row of <see cref="GuardianTable"/>: which cells it fits, and how a transition differs from what it says.
/// </summary>
internal sealed record GuardianRow(string Text, string[] States, string Name, string[] When, string[] Expected)
{
    public static List<GuardianRow> ParseAll(string text) =>
    [
        .. text.Split('\n').Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#').Select(Parse),
    ];

    static GuardianRow Parse(string line)
    {
        var words = line.Split((char[])[' ', '|'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 10) throw new FormatException($"10 columns, not {words.Length}: {line}");
        var when = words[2] == "-" ? [] : words[2].Split(',');
        return new GuardianRow(line, words[0].Split(','), words[1], when, words[3..]);
    }

    public bool Fits(GuardianCell cell) =>
        Name == cell.Name && States.Contains(cell.State.GetType().Name)
        && When.All(condition => condition[0] == '!' ? !cell.Is(condition[1..]) : cell.Is(condition));

    /// <summary>Null: as expected.</summary>
    public string? Difference(GuardianCell cell, GuardianTransition actual)
    {
        var (before, after) = (cell.State, actual.State);
        var failures = FailuresAfter(cell);
        var expected = new List<string>
        {
            Expected[0] == "=" ? GuardianCell.NameOf(before) : Expected[0].Replace("code", $"{cell.Code}"),
            $"{failures}",
            $"{ProbationAfter(before.Facts.Probation)}",
            FactsAfter(before.Facts),
            Expected[4] == "=" ? ReadyOf(before) : Expected[4],
            $"{TimeAfter(cell, failures.Count)}",
            Expected[6],
        };
        var actions = string.Join(',', actual.Actions.Select(GuardianCell.NameOf));
        var found = new List<string>
        {
            GuardianCell.NameOf(after),
            $"{after.Facts.Failures}",
            $"{after.Facts.Probation}",
            RunFactsReader(after.Facts),
            ReadyOf(after),
            $"{GuardianCell.TimeOf(after)}",
            actions.Length == 0 ? "-" : actions,
        };
        if (!expected.SequenceEqual(found))
            return $"expected {string.Join(' ', expected)}\n   found {string.Join(' ', found)}";
        return WhatDied(cell, actual, failures.Count) ?? WhichRun(cell, after);
    }

    DaemonFailures FailuresAfter(GuardianCell cell)
    {
        var before = cell.State.Facts.Failures;
        int? status = cell.Event is GuardianEvent.DaemonDied died ? died.WaitStatus : null;
        return Expected[1] switch
        {
            "=" => before,
            "+1" => new DaemonFailures(before.Count + 1, status),
            var number => new DaemonFailures(int.Parse(number), status),
        };
    }

    UpgradeProbation? ProbationAfter(UpgradeProbation? before) => Expected[2] switch
    {
        "=" => before,
        "over" => null,
        _ => before! with { Deaths = before.Deaths + 1 },
    };

    string FactsAfter(GuardianFacts before)
    {
        var changes = Expected[3].Split(',');
        var home = (before.HomeWanted || changes.Contains("home")) && !changes.Contains("!home");
        return RunFactsReader(before with
        {
            WasReady = before.WasReady || changes.Contains("before"),
            EndWanted = before.EndWanted || changes.Contains("end"),
            HomeWanted = home,
        });
    }

    TimeSpan? TimeAfter(GuardianCell cell, int failures) => Expected[5] switch
    {
        "=" => GuardianCell.TimeOf(cell.State),
        "none" => null,
        "now" => GuardianCell.Now,
        "end" => GuardianCell.Now + TimeSpan.FromSeconds(10),
        "trial" => cell.State.Facts.Probation?.Until,
        "delay" => ((WithDaemon)cell.State).Run.StartedAt + TimeSpan.FromMilliseconds(DelayMs(failures)),
        var other => throw new ArgumentException($"unknown time {other}"),
    };

    static int DelayMs(int failures) => failures switch
    {
        <= 1 => 0,
        2 => 100,
        3 => 200,
        4 => 300,
        5 => 400,
        _ => 500,
    };

    static string RunFactsReader(GuardianFacts facts) => $"{facts.WasReady},{facts.EndWanted},{facts.HomeWanted}";

    static string ReadyOf(GuardianState state) => state switch
    {
        WithDaemon { Run.IsReady: true } => "yes",
        WithDaemon => "no",
        _ => "-",
    };

    /// <summary>A death is recorded with the numbers that the event brought.</summary>
    static string? WhatDied(GuardianCell cell, GuardianTransition actual, int failures)
    {
        foreach (var action in actual.Actions)
        {
            var isRight = (action, cell.Event) switch
            {
                (GuardianAction.RecordDeath said, GuardianEvent.DaemonDied died) =>
                    said == new GuardianAction.RecordDeath(died.Pid, died.WaitStatus, failures),
                (GuardianAction.ReportFirstDeath said, GuardianEvent.DaemonDied died) =>
                    said.WaitStatus == died.WaitStatus,
                (GuardianAction.RollBack said, _) => said.Problem == ((RollingBack)actual.State).Problem,
                _ => true,
            };
            if (!isRight) return $"{action}";
        }
        return null;
    }

    /// <summary>A daemon is the same one for as long as it lives; a new one begins now.</summary>
    static string? WhichRun(GuardianCell cell, GuardianState after)
    {
        if (after is not WithDaemon living) return null;
        var since = cell.State is WithDaemon before ? before.Run.StartedAt : GuardianCell.Now;
        return living.Run.StartedAt == since ? null : $"the daemon runs since {living.Run.StartedAt}";
    }
}
