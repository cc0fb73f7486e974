using Tspm.Config;
using Tspm.Logs.Writing;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Recovery;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// Makes the runs of one process: new ones, which it starts, and those that an earlier daemon has started.
/// </summary>
internal sealed class ChildRunFactory(
    SupervisionServices services, IRecordedInstance process,
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>> environmentOf) : ISpawnPlans
{
    ProcessDefinition Definition => process.Definition;

    IReadOnlyDictionary<string, string> KeptEnvironment => environmentOf(Definition);

    /// <summary>The streams of a run of this process.</summary>
    public RunStreams StreamsOf(ulong runId) => RunStreamsOf.Run(services.Home, Definition, process.Key, runId);

    /// <summary>A run with a number that none has had; nothing is started yet.</summary>
    public ChildRun New()
    {
        process.Journal.LastRun = services.RunNumbers.Next();
        var config = Definition.Config;
        var streams = StreamsOf(process.Journal.LastRun);
        var readsLog = config is { Ready.Log: not null } or { Health.Log: not null };
        return new ChildRun(services, process, streams)
        {
            GuardianPid = services.GuardianPid,
            UsesShell = LaunchPlan.Of(config).UsesShell,
            Ready = config.Ready,
            Health = config.Health,
            StartTimeoutMs = config.StartTimeoutMs,
            Listen = config.Listen ?? [],
            OutStart = readsLog ? SizeOf(streams.OutFile) : 0,
            ErrStart = readsLog ? SizeOf(streams.ErrFile) : 0,
            Mark = RunMark.New(),
            IsPreparing = config.Hooks?.PreStart is not null,
        };
    }

    /// <summary>Starts the child of a run.</summary>
    /// <returns>Null: it is there. A failure leaves nothing behind.</returns>
    public SpawnFailure? Start(ChildRun run)
    {
        int[]? listeners = null;
        var lack = services.System.LackOfRoom() ?? OpenListeners(run, out listeners) ?? run.Messages?.Open();
        if ((lack ?? services.Outputs.Open(run.Streams)) is { } noRoom)
        {
            run.Messages?.Dispose();
            return noRoom;
        }
        var (request, failure) = SpawnPlan.For(
            Definition, process.Key.Instance, KeptEnvironment, run.Streams, run.Messages?.Variables(), listeners,
                run.Mark);
        // On record with the child: the next daemon cannot find out any more who listened before.
        if (request is not null && ListenerCheck.PortOf(run.Ready) is { } port)
            run.Listeners = new ListenerCheck(services.Tcp, port);
        var outcome = request is null ? new SpawnOutcome(null, failure) : services.System.Spawn(request);
        if (outcome.Child is not { } child)
        {
            services.Outputs.Discard(run.Streams);
            run.Messages?.Dispose();
            return outcome.Failure;
        }
        run.StartedWith = Definition.Config;
        (run.StartedAt, run.StartedAtMonotonic) = (services.Clock.GetUtcNow(), services.Timers.Now);
        services.Outputs.Started(run.Streams, child.Pid);
        run.Watch(child);
        process.Facts.Read(run, request!);
        return null;
    }

    /// <summary>Its log may have been renamed since the run was made.</summary>
    public void RefreshLogs(ChildRun run)
    {
        var (outFile, errFile) = LogPaths.Of(services.Home, Definition, process.Key.Instance);
        if (outFile == errFile == (run.Streams.OutFile == run.Streams.ErrFile))
            (run.Streams.OutFile, run.Streams.ErrFile) = (outFile, errFile);
    }

    /// <summary>What the log says from now on is the answer to a new question about health.</summary>
    public static void SkipLogSoFar(ChildRun run) =>
        (run.Streams.Begins.Out, run.Streams.Begins.Err) = (SizeOf(run.Streams.OutFile), SizeOf(run.Streams.ErrFile));

    public (SpawnRequest? Request, SpawnFailure? Failure) PlanOf(ChildRun run, string command) =>
        SpawnPlan.ForCommand(Definition, process.Key.Instance, KeptEnvironment, run.Streams, command);

    public (SpawnRequest? Request, SpawnFailure? Failure) PlanOfHook(string name, string command, string? input) =>
        SpawnPlan.ForHook(
            Definition, process.Key.Instance, KeptEnvironment, StreamsOf(0),
            (name, command, services.Home.Path, input));

    public Func<IReadOnlyDictionary<string, string>?> EnvironmentNow()
    {
        var (definition, instance, kept) = (Definition, process.Key.Instance, KeptEnvironment);
        return () => EnvironmentReader.Read(definition, instance, kept, out _);
    }

    // ---- of an earlier daemon

    /// <summary>A run that an earlier daemon has started, or meant to. Its child is still to be found.</summary>
    /// <param name="record">Of the run.</param>
    /// <param name="recorded">The definition that was on record with it; null: none was.</param>
    public ChildRun FromRecord(ChildRecord record, ProcessDefinition? recorded)
    {
        var streams = StreamsOf(record.RunId);
        (streams.Begins.Out, streams.Begins.Err) = (record.OutStart, record.ErrStart);
        // The definition may have been saved after the record, or before it.
        var startedWith = record.StartedWith ?? recorded?.Config ?? Definition.Config;
        var isSame = ConfigDifference.Between(startedWith, Definition.Config).Count == 0;
        var run = new ChildRun(services, process, streams)
        {
            GuardianPid = record.GuardianPid,
            UsesShell = LaunchPlan.Of(Definition.Config).UsesShell,
            StartedAt = record.StartedAt,
            StartedAtMonotonic = TimeSpan.FromMilliseconds(record.StartedMonotonicMs),
            Ready = record.Ready,
            Health = record.Health,
            StartTimeoutMs = record.StartTimeoutMs,
            Listen = record.Listen ?? [],
            Mark = record.Mark,
            StartedWith = isSame ? Definition.Config : startedWith,
            Facts = record.Facts,
            WasOnline = record.WasOnline,
        };
        if (run.Messages is { } messages)
        {
            messages.StatusText = record.StatusText;
            messages.ExtendedUntil = TimeSpan.FromMilliseconds(record.ExtendedMonotonicMs);
        }
        if (ListenerCheck.PortOf(run.Ready) is not null)
            run.Listeners = new ListenerCheck(services.Tcp, record.OtherListeners, record.ReadyNote);
        if (record.Ending is { } ending) run.ResumeEnding(ending);
        return run;
    }

    /// <summary>The child of a run that was intended, when nobody wrote down whether it was started.</summary>
    /// <param name="run">The run.</param>
    /// <param name="intent">Its record.</param>
    /// <param name="left">What the guardian has reaped.</param>
    /// <returns>
    /// Null: it was not started. Where nobody can know whether it was: <see cref="EndedChild.Unidentified"/>.
    /// </returns>
    public IChild? FindChild(ChildRun run, ChildRecord intent, RecoveredState left)
    {
        if (intent.IntendedTicks == 0) return FindHolder(run);
        var trace = services.System.FindRun(intent.Mark);
        // A program can get rid of its mark, and an older version gave none.
        var holder = trace is null ? FindHolder(run) : null;
        // What was not there just now has been reaped: then its record is there when the guardian has answered.
        left.CatchUpAgain();
        var reaped = left.EndedBeforeRecorded(intent);
        if (trace is { LeaderPid: > 0 and var pid } && reaped?.IsOlderThan(pid, trace.StartTicks) != true)
            return services.System.Adopt(pid, trace.StartTicks) ?? new EndedChild(pid, trace.StartTicks);
        if (reaped is not null) return new EndedChild(reaped.Pid, reaped.StartTicks);
        if (holder is not null) return holder;
        var mayHaveEnded = left.HasOutput(intent.RunId) && !left.HasWitness(intent, services.GuardianPid);
        return trace is not null || mayHaveEnded ? EndedChild.Unidentified() : null;
    }

    IChild? FindHolder(ChildRun run) => services.System.FindFifoHolder(run.Streams.OutFifo) is { } holder
        ? services.System.Adopt(holder.Pid, holder.StartTicks) : null;

    /// <summary>Goes on with the output and the messages of a child that an earlier daemon has started.</summary>
    public void Resume(ChildRun run)
    {
        services.Outputs.Resume(run.Streams);
        run.Messages?.OpenAgain();
    }

    /// <summary>
    /// A run without a mark on record was started by an older version, or its record was lost: it gets one, or its
    /// child tells the one that it carries.
    /// </summary>
    public void Mark(ChildRun run, IChild child)
    {
        if (run.Mark == RunMark.None)
            run.Mark = services.System.MarkTree(child.Pid, child.StartTicks, RunMark.New());
    }

    SpawnFailure? OpenListeners(ChildRun run, out int[]? descriptors)
    {
        SpawnFailure? failure = null;
        descriptors = run.Listen.Count == 0 ? null : services.Listeners.Open(Definition, run.Listen, out failure);
        return failure;
    }

    static long SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
