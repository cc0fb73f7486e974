using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// Remembers answers by idempotency key. A client that repeats a request after a lost answer gets the answer to the
/// first one, even if that is still in progress.
/// </summary>
internal sealed class IdempotentAnswers
{
    /// <summary>How many keys are remembered: clients repeat requests within seconds, not hours.</summary>
    const int Kept = 256;

    /// <summary>A bound on the length of a key, so that keys cannot fill the daemon's memory.</summary>
    const int LongestKey = 200;

    readonly Lock _gate = new();
    readonly Dictionary<string, Entry> _byKey = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    /// <summary>Returns the known answer for the key, or calls <paramref name="answer"/> and remembers it.</summary>
    /// <exception cref="RequestException">The key is too long, or was used for another method.</exception>
    public Task<Func<JsonElement, byte[]>> Once(string key, string method, Func<Task<Func<JsonElement, byte[]>>> answer)
    {
        if (key.Length > LongestKey)
            throw new RequestException(ErrorCode.InvalidRequest,
                $"idempotencyKey must have at most {LongestKey} characters; this one has {key.Length}");
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
                return known.Method == method
                    ? known.Answer
                    : throw new RequestException(ErrorCode.InvalidRequest,
                        $"this idempotencyKey was already used for '{known.Method}'; use a new key for each request");
            while (_order.Count >= Kept) _byKey.Remove(_order.Dequeue());
            _order.Enqueue(key);
            return (_byKey[key] = new Entry(method, answer())).Answer;
        }
    }

    /// <summary>
    /// Forgets a key whose request was refused before anything was started, so that repeating it tries again.
    /// </summary>
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
