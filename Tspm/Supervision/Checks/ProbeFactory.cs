using Tspm.Logs.Reading;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;
using Tspm.Text;

namespace Tspm.Supervision.Checks;

/// <summary>Creates the probe that a config asks for. The only place that knows every kind of probe.</summary>
internal sealed class ProbeFactory(IDialer dialer, LogChangeNotifier logChanges)
{
    /// <summary>Creates a probe from a validated config.</summary>
    /// <returns>Null if the child reports by itself (notify).</returns>
    public IProbe? Make(Probe probe, ISpawnPlans plans, ChildRun run, MachineServices services)
    {
        var judge = ReferenceEquals(probe, run.Ready) ? JudgeOf(run) : null;
        if (probe.Tcp is { } place && HostPort.Parse(place) is { } target) return new TcpProbe(dialer, target, judge);
        if (probe.Http is { } url && HttpAddress.Parse(url) is { } address)
            return new HttpProbe(dialer, address, judge);
        if (probe.Log is { } pattern)
        {
            var regex = TimedRegex.TryMake(pattern, out var problem);
            return new LogProbe(logChanges, regex, LogsOf(run)) { PatternProblem = problem };
        }
        if (probe.Exec is { } command)
            return new ExecProbe(services, planned => plans.PlanCommand(run, command, planned));
        return probe.DelayMs is { } delay
            ? new DelayProbe(services.Timers,
                run.StartedAtMonotonic + TimeSpan.FromMilliseconds(delay) - services.Timers.Now)
            : null;
    }

    /// <summary>Only readiness checks ask who answered: a child that has become ready owns its port.</summary>
    static Action<DialedAddress?, Action<string?>>? JudgeOf(ChildRun run) => run.Listeners is { } check
        ? (address, judged) => check.Judge(address, run.Child?.Pid ?? 0, judged) : null;

    static LogTail[] LogsOf(ChildRun run)
    {
        var output = new LogTail(run.Streams.OutFile, () => run.Streams.Begins.Out);
        return run.Streams.ErrFile == run.Streams.OutFile
            ? [output]
            : [output, new LogTail(run.Streams.ErrFile, () => run.Streams.Begins.Err)];
    }
}
