using System.Globalization;
using System.Runtime.InteropServices;
using Tspm.Libc;
using Tspm.Model.Config;

namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Resolves names to addresses. The C library queries name servers and may wait half a minute for them, so each lookup
/// has its own thread. Requests for the same name share a lookup, and the number of threads is limited. Numeric
/// addresses and localhost are resolved at once.
/// </summary>
internal sealed unsafe class NameLookup
{
    const int MaxThreads = 8;
    const int StackBytes = 256 << 10;

    readonly Lock _gate = new();
    readonly Dictionary<string, List<Found>> _asked = new(StringComparer.Ordinal);

    /// <summary>Receives the result of a lookup.</summary>
    /// <param name="addresses">A <c>struct sockaddr</c> for each address, in the order to try them; empty if there is a
    /// problem.</param>
    /// <param name="problem">Why the name could not be resolved; null if it was.</param>
    internal delegate void Found(IReadOnlyList<byte[]> addresses, string? problem);

    /// <summary>
    /// Resolves a name and calls back once: on the caller's thread if no lookup is needed, otherwise on another thread.
    /// </summary>
    public void Find(HostPort place, Found found)
    {
        var addresses = new List<byte[]>();
        // This name always means this machine, regardless of /etc/hosts (RFC 6761).
        var known = place.Host == "localhost"
            ? Ask("127.0.0.1", place.Port, Netdb.AI_NUMERICHOST, addresses) | Ask("::1", place.Port,
                Netdb.AI_NUMERICHOST, addresses)
            : Ask(place.Host, place.Port, Netdb.AI_NUMERICHOST, addresses);
        if (known == 0) found(addresses, null);
        else if (Enqueue(place, found) is { } problem) found([], problem);
    }

    string? Enqueue(HostPort place, Found found)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{place.Host}:{place.Port}");
        lock (_gate)
        {
            if (_asked.TryGetValue(key, out var others))
            {
                others.Add(found);
                return null;
            }
            if (_asked.Count >= MaxThreads) return "the name is not resolved yet: too many lookups are in progress";
            _asked[key] = [found];
        }
        try
        {
            new Thread(() => LookUp(place, key), StackBytes) { IsBackground = true, Name = "names" }.Start();
            return null;
        }
        catch (OutOfMemoryException)
        {
            lock (_gate) _asked.Remove(key);
            return "cannot resolve the name: no thread can be created";
        }
    }

    void LookUp(HostPort place, string key)
    {
        var addresses = new List<byte[]>();
        var error = Ask(place.Host, place.Port, 0, addresses);
        List<Found> waiting;
        lock (_gate) _asked.Remove(key, out waiting!);
        var problem = error == 0
            ? null
            : $"cannot resolve the name '{place.Host}': "
                + $"{Phrase(Marshal.PtrToStringUTF8((nint)Netdb.gai_strerror(error)) ?? "")}";
        foreach (var found in waiting) found(addresses, problem);
    }

    static int Ask(string host, int port, int flags, List<byte[]> addresses)
    {
        var hints = new AddressInfo { ai_flags = flags, ai_socktype = SysSocket.SOCK_STREAM };
        AddressInfo* first = null;
        var error = Netdb.getaddrinfo(host, port.ToString(CultureInfo.InvariantCulture), &hints, &first);
        if (error != 0) return error;
        for (var info = first; info != null; info = info->ai_next)
            addresses.Add(new Span<byte>(info->ai_addr, (int)info->ai_addrlen).ToArray());
        Netdb.freeaddrinfo(first);
        return 0;
    }

    /// <summary>Makes a text of the C library fit into a sentence.</summary>
    public static string Phrase(string text) => text.Length > 0 ? char.ToLowerInvariant(text[0]) + text[1..] : text;
}
