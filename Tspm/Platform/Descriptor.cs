using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tspm.Libc;

namespace Tspm.Platform;

/// <summary>
/// An open file descriptor together with the duty to close it. Code that creates a descriptor (<see
/// cref="Linux.Descriptors"/>, <see cref="Linux.Sockets.FdPassing"/>) returns this type; its owner disposes of it or
/// passes it on:
/// <list type="bullet">
/// <item>a parameter or result of this type transfers the ownership; a plain number is borrowed for the duration of the
/// call and never kept;</item>
/// <item><see cref="HandOver"/> gives the number to an owner of another kind: an exec, a SafeHandle.</item>
/// </list>
/// The type is a value of eight bytes and not an object, because a thousand processes hold five thousand of them. It
/// can be copied, but the descriptor is closed only once: a value is valid as long as its generation is the one that
/// the table has for its number, and the first <see cref="Dispose"/> or <see cref="HandOver"/> of any copy ends that.
/// Afterwards no copy returns the number, even if the kernel has reused it. The default value is not a descriptor: a
/// failed call returns it, and a field holds it before anything was opened.
/// </summary>
internal readonly record struct Descriptor : IDisposable
{
    /// <summary>The number that poll(2), SCM_RIGHTS and callers of system calls use for "no descriptor".</summary>
    public const int NoNumber = -1;

    readonly int _number, _generation;

    Descriptor(int number, int generation) => (_number, _generation) = (number, generation);

    /// <summary>
    /// Takes ownership of an open number that nobody else in this process owns. For a negative number, which means that
    /// nothing was opened, the result is the default value. The error number of the last call is kept.
    /// </summary>
    public static Descriptor Own(int number) =>
        number < 0 ? default : new Descriptor(number, DescriptorTable.Begin(number));

    /// <summary>False if nothing was opened, or the descriptor was closed or handed over.</summary>
    public bool IsOpen => DescriptorTable.IsCurrent(_number, _generation);

    /// <summary>The number, for an immediate system call.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor is not open.</exception>
    public int Number => IsOpen ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>The number, or <see cref="NoNumber"/> if the descriptor is not open.</summary>
    public int NumberOrNone => IsOpen ? _number : NoNumber;

    /// <summary>
    /// Closes the descriptor (man 2 close) unless that was done already. The error number of the last call is kept,
    /// because a failed call is often the reason for closing.
    /// </summary>
    public void Dispose()
    {
        if (!DescriptorTable.End(_number, _generation)) return;
        var errno = Marshal.GetLastPInvokeError();
        _ = Unistd.close(_number);
        Marshal.SetLastPInvokeError(errno);
    }

    /// <summary>
    /// Transfers the ownership to a new value; this value and its copies become invalid. With this, a descriptor that a
    /// <c>using</c> protects can be returned once everything has succeeded.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The descriptor is not open.</exception>
    public Descriptor Move() => DescriptorTable.Renew(_number, _generation) is not 0 and var next
        ? new Descriptor(_number, next)
        : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>Gives up the ownership without closing; the caller owns the number.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor is not open.</exception>
    public int HandOver() =>
        DescriptorTable.End(_number, _generation) ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>Transfers the ownership to a file handle of the runtime.</summary>
    /// <exception cref="ObjectDisposedException">The descriptor is not open.</exception>
    public SafeFileHandle ToFileHandle() => new(HandOver(), ownsHandle: true);

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{_number}{(IsOpen ? "" : " (closed)")}");
}
