using System.Runtime.InteropServices;
using System.Text;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>A null-terminated array of C strings in one block of unmanaged memory, for argv and envp.</summary>
internal sealed unsafe class StringBlock : IDisposable
{
    byte** _pointers;

    public StringBlock(IReadOnlyCollection<string> strings)
    {
        var bytes = 0;
        foreach (var text in strings) bytes += Encoding.UTF8.GetByteCount(text) + 1;
        var table = (strings.Count + 1) * sizeof(byte*);
        _pointers = (byte**)NativeMemory.Alloc((nuint)(table + bytes));
        var next = (byte*)_pointers + table;
        var end = next + bytes;
        var index = 0;
        foreach (var text in strings)
        {
            _pointers[index++] = next;
            next += Encoding.UTF8.GetBytes(text, new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }
        _pointers[index] = null;
    }

    public byte** Pointers => _pointers;

    /// <summary>Creates a block with "NAME=value" for each variable.</summary>
    public static StringBlock OfEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var entries = new List<string>(environment.Count);
        foreach (var (name, value) in environment) entries.Add(name + "=" + value);
        return new StringBlock(entries);
    }

    public void Dispose()
    {
        NativeMemory.Free(_pointers);
        _pointers = null;
    }
}
