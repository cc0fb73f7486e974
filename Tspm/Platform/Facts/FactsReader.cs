using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>
/// The reader on a thread of its own: the threads of the pool are for answers, and a file system that does not answer
/// (a network mount) would take one after the other of them.
/// </summary>
internal sealed class FactsReader : IFactsReader, IDisposable
{
    /// <summary>For one reading, in all. What does not fit stays unknown.</summary>
    public static readonly TimeSpan ReadAtMost = TimeSpan.FromMilliseconds(20);

    /// <summary>After so long a reading is stuck in a file system.</summary>
    static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(1);

    /// <summary>As many processes may start at once.</summary>
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
        (_clock, _read) = (clock, read ?? FactsOf.Read);
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

    /// <summary>Waits for nobody: a reading may be stuck.</summary>
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
            // Whatever it is (a bug, no memory): what is not known is not claimed, and the process runs on.
            return FactsOf.Nothing(request);
        }
    }

    /// <summary>Instances run the same program: what is equal to the last one read is kept once.</summary>
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
