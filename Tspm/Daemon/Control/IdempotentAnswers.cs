using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// Answers by idempotency key: a request that is repeated after a lost answer gets the answer of the first, even while
/// that is still under way.
/// </summary>
internal sealed class IdempotentAnswers
{
    /// <summary>Keys that are remembered: a client repeats within seconds, not hours.</summary>
    const int Kept = 256;

    /// <summary>Longer ones would be a way to fill the daemon's memory.</summary>
    const int LongestKey = 200;

    readonly Lock _gate = new();
    readonly Dictionary<string, Entry> _byKey = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    public Task<Func<JsonElement, byte[]>> Once(string key, string method, Func<Task<Func<JsonElement, byte[]>>> answer)
    {
        if (key.Length > LongestKey)
            throw new RequestException(ErrorCode.InvalidRequest,
                $"idempotencyKey is at most {LongestKey} characters long; this one has {key.Length}");
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
                return known.Method == method
                    ? known.Answer
                    : throw new RequestException(ErrorCode.InvalidRequest,
                        $"this idempotencyKey was used for '{known.Method}' before; take a new one for each request");
            while (_order.Count >= Kept) _byKey.Remove(_order.Dequeue());
            _order.Enqueue(key);
            return (_byKey[key] = new Entry(method, answer())).Answer;
        }
    }

    /// <summary>It was refused before anything was begun: repeated, it is to be tried again.</summary>
    public void Forget(string key)
    {
        lock (_gate) _byKey.Remove(key);
    }

    sealed class Entry(string method, Task<Func<JsonElement, byte[]>> answer)
    {
        public string Method => method;
        public Task<Func<JsonElement, byte[]>> Answer => answer;
    }
}
