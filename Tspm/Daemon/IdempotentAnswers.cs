using System.Text.Json;

namespace Tspm.Daemon;

/// <summary>Answers by idempotency key: a request that is repeated after a lost answer gets the answer of the first, even while that is still under way.</summary>
internal sealed class IdempotentAnswers
{
    /// <summary>Keys that are remembered: a client repeats within seconds, not hours.</summary>
    const int Kept = 256;

    readonly Lock _gate = new();
    readonly Dictionary<string, Task<Func<JsonElement, byte[]>>> _byKey = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    public Task<Func<JsonElement, byte[]>> Once(string key, Func<Task<Func<JsonElement, byte[]>>> answer)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known)) return known;
            if (_order.Count == Kept) _byKey.Remove(_order.Dequeue());
            _order.Enqueue(key);
            return _byKey[key] = answer();
        }
    }
}
