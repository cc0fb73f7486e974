using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Tspm.Model.State;

/// <summary>
/// The hashes of the variables of an environment, 8 bytes each, as a dictionary of base64 texts. Every process has one,
/// and the texts would take ten times as much memory as the hashes.
/// </summary>
internal sealed class VariableHashes : IReadOnlyDictionary<string, string>
{
    readonly string[] _names;
    readonly ulong[] _hashes;

    /// <param name="names">The variables, each once.</param>
    /// <param name="hashes">Their hashes, in the same order.</param>
    public VariableHashes(IReadOnlyList<string> names, IReadOnlyList<ulong> hashes)
    {
        int[] places = [.. Enumerable.Range(0, names.Count).OrderBy(place => names[place], StringComparer.Ordinal)];
        (_names, _hashes) = (new string[names.Count], new ulong[names.Count]);
        for (var i = 0; i < places.Length; i++) (_names[i], _hashes[i]) = (names[places[i]], hashes[places[i]]);
    }

    /// <summary>The same hashes in less memory; or the argument itself if its texts are not such hashes.</summary>
    public static IReadOnlyDictionary<string, string>? Packed(IReadOnlyDictionary<string, string>? hashes)
    {
        if (hashes is null or VariableHashes) return hashes;
        var (names, packed) = (new List<string>(hashes.Count), new List<ulong>(hashes.Count));
        foreach (var (name, text) in hashes)
        {
            if (HashOf(text) is not { } hash) return hashes;
            names.Add(name);
            packed.Add(hash);
        }
        return new VariableHashes(names, packed);
    }

    public int Count => _names.Length;

    public IEnumerable<string> Keys => _names;

    public IEnumerable<string> Values
    {
        get
        {
            foreach (var hash in _hashes) yield return TextOf(hash);
        }
    }

    public string this[string key] => TryGetValue(key, out var hash) ? hash : throw new KeyNotFoundException(key);

    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        var at = IndexOf(key);
        value = at < 0 ? null : TextOf(_hashes[at]);
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        for (var i = 0; i < _names.Length; i++)
            yield return new KeyValuePair<string, string>(_names[i], TextOf(_hashes[i]));
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The index of a variable, or -1 if it is missing.</summary>
    int IndexOf(string name)
    {
        var (first, last) = (0, _names.Length - 1);
        while (first <= last)
        {
            var middle = (first + last) / 2;
            var order = string.CompareOrdinal(_names[middle], name);
            if (order == 0) return middle;
            if (order < 0) first = middle + 1;
            else last = middle - 1;
        }
        return -1;
    }

    /// <summary>The hash of a text that <see cref="TextOf"/> wrote.</summary>
    /// <returns>Null for any other text.</returns>
    static ulong? HashOf(string text)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (!Convert.TryFromBase64String(text + "=", bytes, out var count) || count != bytes.Length) return null;
        var hash = BitConverter.ToUInt64(bytes);
        return TextOf(hash) == text ? hash : null;
    }

    static string TextOf(ulong hash) => Convert.ToBase64String(BitConverter.GetBytes(hash)).TrimEnd('=');
}
