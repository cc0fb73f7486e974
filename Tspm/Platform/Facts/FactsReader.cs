using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>
/// The reader runs on its own thread: the threads of the pool answer requests, and a file system that does not answer
/// (a network mount) would block one of them after the other.
/// </summary>
internal sealed class FactsReader : IFactsReader, IDisposable
{
    /// <summary>The time budget of one reading. Facts that do not fit in stay unknown.</summary>
    public static readonly TimeSpan ReadAtMost = TimeSpan.FromMilliseconds(20);

    /// <summary>A reading that takes longer than this counts as stuck in a file system.</summary>
    static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(1);

    /// <summary>The size of the queue: this many processes may start at once.</summary>
    const int MostWaiting = 1024;

    readonly TimeProvider _clock;
    readonly Func<FactsRequest, TimeBudget, RunFacts> _read;
    readonly Queue<(IReadOnlyList<FactsRequest> Requests, Action<IReadOnlyList<RunFacts>> Done)> _waiting = new();
    readonly object _gate = new();
    FileFacts? _program, _script;
    long? _beganAt;
    bool _closing;

    public FactsReader(TimeProvider clock, Func<FactsRequest, TimeBudget, RunFacts>? read = null)
    {
        (_clock, _read) = (clock, read ?? RunFactsReader.Read);
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "facts" }.Start();
    }

    /// <inheritdoc/>
    public bool TryRead(IReadOnlyList<FactsRequest> requests, Action<IReadOnlyList<RunFacts>> done)
    {
        lock (_gate)
        {
            if (_closing || _waiting.Count >= MostWaiting) return false;
            if (_beganAt is { } began && _clock.GetElapsedTime(began) >= StuckAfter) return false;
            _waiting.Enqueue((requests, done));
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Ends the thread after the present reading, without waiting for it: it may be stuck.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }
    }

    void Run()
    {
        while (Next() is { } next)
        {
            var budget = new TimeBudget(_clock, ReadAtMost);
            var facts = new RunFacts[next.Requests.Count];
            for (var i = 0; i < facts.Length; i++) facts[i] = Read(next.Requests[i], budget);
            next.Done(facts);
        }
    }

    RunFacts Read(FactsRequest request, TimeBudget budget)
    {
        try
        {
            return Shared(_read(request, budget));
        }
        catch (Exception)
        {
            // A bug, or too little memory: the facts count as not read, and the process keeps running.
            return RunFactsReader.Nothing(request);
        }
    }

    /// <summary>Shares equal objects with the last reading, because instances run the same program.</summary>
    RunFacts Shared(RunFacts facts)
    {
        if (facts.Program != _program) _program = facts.Program;
        if (facts.Script != _script) _script = facts.Script;
        return facts with { Program = _program, Script = _script };
    }

    (IReadOnlyList<FactsRequest> Requests, Action<IReadOnlyList<RunFacts>> Done)? Next()
    {
        lock (_gate)
        {
            _beganAt = null;
            while (_waiting.Count == 0)
            {
                if (_closing) return null;
                Monitor.Wait(_gate);
            }
            if (_closing) return null;
            _beganAt = _clock.GetTimestamp();
            return _waiting.Dequeue();
        }
    }
}
