using Tspm.Logs.Reading;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Supervision.Process;
using Tspm.Supervision.Starting;
using Tspm.Text;

namespace Tspm.Supervision.Checks;

/// <summary>From the words of a config to somebody who asks. The one place that knows all kinds.</summary>
internal sealed class ProbeMaker(IDialer dialer, LogGrowth growth)
{
    /// <summary>Null: nobody has to be asked, the child tells by itself (notify). The config was validated.</summary>
    public IProbe? Make(Probe probe, ISpawnPlans plans, ChildRun run, MachineServices services)
    {
        var judge = ReferenceEquals(probe, run.Ready) ? JudgeOf(run) : null;
        if (probe.Tcp is { } place && HostPort.Parse(place) is { } target) return new TcpProbe(dialer, target, judge);
        if (probe.Http is { } url && HttpAddress.Parse(url) is { } address)
            return new HttpProbe(dialer, address, judge);
        if (probe.Log is { } pattern)
        {
            var regex = TimedRegex.TryMake(pattern, out var problem);
            return new LogProbe(growth, regex, LogsOf(run)) { PatternProblem = problem };
        }
        if (probe.Exec is { } command)
            return new ExecProbe(services, planned => plans.PlanCommand(run, command, planned));
        return probe.DelayMs is { } delay
            ? new DelayProbe(services.Timers,
                run.StartedAtMonotonic + TimeSpan.FromMilliseconds(delay) - services.Timers.Now)
            : null;
    }

    /// <summary>Only readiness asks whose answer it was: a child that was ready has its port.</summary>
    static Action<DialedAddress?, Action<string?>>? JudgeOf(ChildRun run) => run.Listeners is { } check
        ? (address, told) => check.Judge(address, run.Child?.Pid ?? 0, told) : null;

    static GrowingLog[] LogsOf(ChildRun run)
    {
        var output = new GrowingLog(run.Streams.OutFile, () => run.Streams.Begins.Out);
        return run.Streams.ErrFile == run.Streams.OutFile
            ? [output]
            : [output, new GrowingLog(run.Streams.ErrFile, () => run.Streams.Begins.Err)];
    }
}
