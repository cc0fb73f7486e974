using Tspm.Config;
using Tspm.Logs.Writing;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Storage;
using Tspm.Supervision.Checks;
using Tspm.Supervision.Starting;

namespace Tspm.Supervision.Process;

/// <summary>
/// Creates the runs of one process: new ones, which it also starts, and those that an earlier daemon started.
/// </summary>
internal sealed class ChildRunFactory(
    SupervisionServices services, IRecordedInstance process,
    Func<ProcessDefinition, IReadOnlyDictionary<string, string>> environmentOf) : ISpawnPlans
{
    ProcessDefinition Definition => process.Definition;

    IReadOnlyDictionary<string, string> KeptEnvironment => environmentOf(Definition);

    /// <summary>The streams of a run of this process.</summary>
    public RunStreams StreamsOf(ulong runId) => RunStreamsFactory.Make(services.Home, Definition, process.Key, runId);

    /// <summary>Creates a run with a new number; starts nothing yet.</summary>
    public ChildRun New()
    {
        process.Journal.LastRun = services.RunNumbers.Next();
        var config = Definition.Config;
        var streams = StreamsOf(process.Journal.LastRun);
        var readsLog = config is { Ready.Log: not null } or { Health.Log: not null };
        return new ChildRun(services, process, streams)
        {
            GuardianPid = services.GuardianPid,
            UsesShell = LaunchPlan.For(config).UsesShell,
            Ready = config.Ready,
            Health = config.Health,
            StartTimeoutMs = config.StartTimeoutMs,
            Listen = config.Listen ?? [],
            OutStart = readsLog ? LogSize.Read(streams.OutFile) : 0,
            ErrStart = readsLog ? LogSize.Read(streams.ErrFile) : 0,
            Mark = RunMark.New(),
            IsPreparing = config.Hooks?.PreStart is not null,
            // This goes on record with the intent, which saves a second write.
            IsWaitingForFiles = NeedsFiles && config.Hooks?.PreStart is null,
        };
    }

    /// <summary>Whether a start of the current definition has to wait for files to be read.</summary>
    public bool NeedsFiles => !StartFilesRequest.For(Definition.Config).IsEmpty;

    /// <summary>
    /// Reads the files that a start of the current definition depends on, see <see cref="ISpawnPlans"/>. Never blocks
    /// the supervisor on a file system.
    /// </summary>
    public void ReadFiles(Action<StartFiles> read)
    {
        var request = StartFilesRequest.For(Definition.Config);
        if (request.IsEmpty)
        {
            read(new StartFiles(request));
            return;
        }
        services.StartFiles.Read(request, files => services.Post(() =>
        {
            // The definition may name another file by now.
            if (files.Request == StartFilesRequest.For(Definition.Config)) read(files);
            else ReadFiles(read);
        }));
    }

    /// <summary>Starts the child of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="files">The files the start depends on, as just read.</param>
    /// <returns>Null on success. A failure leaves nothing behind.</returns>
    public SpawnFailure? Start(ChildRun run, StartFiles files)
    {
        var spawn = new ChildSpawn(services, run);
        var failure = spawn.Open(Definition);
        if (failure is not null) return failure;
        (var request, failure) = SpawnPlan.For(
            Definition, process.Key.Instance, KeptEnvironment, files, run.Streams, run.Messages?.Variables(),
            spawn.Listeners, run.Mark);
        // Recorded with the child, because the next daemon cannot find out any more who listened before.
        if (request is not null && ListenerVerdict.PortOf(run.Ready) is { } port)
            run.Listeners = new ListenerCheck(services.Tcp, port);
        failure ??= spawn.Start(request!);
        if (failure is not null)
        {
            spawn.Discard();
            return failure;
        }
        run.StartedWith = Definition.Config;
        process.Facts.Read(run, request!);
        return null;
    }

    /// <summary>Updates the log paths, because the files may have been renamed since the run was created.</summary>
    public void RefreshLogs(ChildRun run)
    {
        var (outFile, errFile) = LogPaths.For(services.Home, Definition, process.Key.Instance);
        if (outFile == errFile == (run.Streams.OutFile == run.Streams.ErrFile))
            (run.Streams.OutFile, run.Streams.ErrFile) = (outFile, errFile);
    }

    /// <summary>Makes a new health probe ignore the log lines written so far.</summary>
    public static void SkipLogSoFar(ChildRun run) =>
        (run.Streams.Begins.Out, run.Streams.Begins.Err) =
            (LogSize.Read(run.Streams.OutFile), LogSize.Read(run.Streams.ErrFile));

    public void PlanCommand(ChildRun run, string command, Action<SpawnRequest?, SpawnFailure?> planned) =>
        ReadEnvFile(files =>
        {
            var (request, failure) = SpawnPlan.ForCommand(
                Definition, process.Key.Instance, KeptEnvironment, files, run.Streams, command);
            planned(request, failure);
        });

    public void PlanHook(string name, string command, string? input, Action<SpawnRequest?, SpawnFailure?> planned) =>
        ReadEnvFile(files =>
        {
            var (request, failure) = SpawnPlan.ForHook(
                Definition, process.Key.Instance, KeptEnvironment, files, StreamsOf(0),
                (name, command, services.Home.Path, input));
            planned(request, failure);
        });

    /// <summary>Like <see cref="ReadFiles"/>, but without looking for the script.</summary>
    void ReadEnvFile(Action<StartFiles> read)
    {
        if (Definition.Config.EnvFile is null) read(new StartFiles(new StartFilesRequest(null, null)));
        else ReadFiles(read);
    }

    public Func<IReadOnlyDictionary<string, string>?> EnvironmentNow()
    {
        var (definition, instance, kept) = (Definition, process.Key.Instance, KeptEnvironment);
        return () => EnvironmentReader.Read(definition, instance, kept, out _);
    }

    // ---- runs of an earlier daemon

    /// <summary>Creates the run that an earlier daemon started or intended; its child still has to be found.</summary>
    /// <param name="record">The run's record.</param>
    /// <param name="recorded">The definition in the same record; null if there was none.</param>
    public ChildRun FromRecord(ChildRecord record, ProcessDefinition? recorded)
    {
        var streams = StreamsOf(record.RunId);
        (streams.Begins.Out, streams.Begins.Err) = (record.OutStart, record.ErrStart);
        // The definition may have been saved before or after the record.
        var startedWith = record.StartedWith ?? recorded?.Config ?? Definition.Config;
        var isSame = ConfigDifference.Between(startedWith, Definition.Config).Count == 0;
        var run = new ChildRun(services, process, streams)
        {
            GuardianPid = record.GuardianPid,
            UsesShell = LaunchPlan.For(Definition.Config).UsesShell,
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
        if (ListenerVerdict.PortOf(run.Ready) is not null)
            run.Listeners = new ListenerCheck(services.Tcp, record.OtherListeners, record.ReadyNote);
        if (record.Ending is { } ending) run.ResumeEnding(ending);
        return run;
    }

    /// <summary>Continues the output and the messages of a child that an earlier daemon started.</summary>
    public void Resume(ChildRun run)
    {
        services.Outputs.Resume(run.Streams);
        run.Messages?.Reopen();
    }
}
