using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>
/// An open file descriptor together with the duty to close it. What creates one (<see cref="Linux.Descriptors"/>,
/// <see cref="Linux.Sockets.FdPassing"/>) returns this type, and whoever holds it disposes of it or passes it on:
/// <list type="bullet">
/// <item>a parameter or result of this type moves the ownership; a plain number is borrowed for the duration of the
/// call and never kept;</item>
/// <item><see cref="HandOver"/> gives the number to an owner of another kind: an exec, a SafeHandle.</item>
/// </list>
/// It is a value of eight bytes and not an object: a thousand processes hold five thousand of them. So it can be
/// copied, and yet be closed only once: a value is good as long as the table's generation for its number is its own,
/// and the first <see cref="Dispose"/> or <see cref="HandOver"/> of any copy ends that. After it no copy gives out the
/// number, even when the kernel has used the number again for something else. The default is no descriptor at all:
/// what a failed call returns, and what a field holds before anything was opened.
/// </summary>
internal readonly record struct Descriptor : IDisposable
{
    /// <summary>As poll(2), SCM_RIGHTS and the callers of system calls say "no descriptor".</summary>
    public const int NoNumber = -1;

    readonly int _number, _generation;

    Descriptor(int number, int generation) => (_number, _generation) = (number, generation);

    /// <summary>
    /// Takes over a number that is open and nobody else's in this process. Negative: nothing was opened, and the result
    /// is the default; the error number stays as the call has left it.
    /// </summary>
    public static Descriptor Own(int number) =>
        number < 0 ? default : new Descriptor(number, DescriptorTable.Begin(number));

    /// <summary>False: nothing was opened, or it was closed or handed over.</summary>
    public bool IsOpen => DescriptorTable.IsCurrent(_number, _generation);

    /// <summary>For a system call that is about to be made.</summary>
    /// <exception cref="ObjectDisposedException">Nothing was opened, or it was closed or handed over.</exception>
    public int Number => IsOpen ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>As <see cref="Number"/>, where there may be none.</summary>
    public int NumberOrNone => IsOpen ? _number : NoNumber;

    /// <summary>
    /// Closes it (man 2 close) if that is still to be done. The error number stays: often the call before has failed,
    /// and is the reason.
    /// </summary>
    public void Dispose()
    {
        if (!DescriptorTable.End(_number, _generation)) return;
        var errno = Marshal.GetLastPInvokeError();
        _ = Unistd.close(_number);
        Marshal.SetLastPInvokeError(errno);
    }

    /// <summary>
    /// Passes the ownership to a new value, and this one and its copies have nothing any more: what a <c>using</c>
    /// holds until all has succeeded is moved out of it at the end.
    /// </summary>
    /// <exception cref="ObjectDisposedException">Nothing was opened, or it was closed or handed over.</exception>
    public Descriptor Move() => DescriptorTable.Renew(_number, _generation) is not 0 and var next
        ? new Descriptor(_number, next)
        : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>Stays open and is the caller's, who sees to it in another way.</summary>
    /// <exception cref="ObjectDisposedException">Nothing was opened, or it was closed or handed over.</exception>
    public int HandOver() =>
        DescriptorTable.End(_number, _generation) ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>Hands it over to the runtime's own owner of files.</summary>
    /// <exception cref="ObjectDisposedException">Nothing was opened, or it was closed or handed over.</exception>
    public SafeFileHandle ToFileHandle() => new(HandOver(), ownsHandle: true);

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{_number}{(IsOpen ? "" : " (closed)")}");
}
