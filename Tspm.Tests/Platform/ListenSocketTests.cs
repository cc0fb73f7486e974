using System.Net;
using System.Net.Sockets;
using Tspm.Libc;
using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Sockets;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Platform;

/// <summary>Real listening sockets, with this test program as daemon and guardian.</summary>
[Timeout(60_000)]
internal sealed class ListenSocketTests
{
    [Test]
    public async Task Who_connects_waits_over_a_daemons_death_and_is_refused_after_the_end(
        CancellationToken cancellation)
    {
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var (first, address) = (New(held), ListenAddress.Parse($"127.0.0.1:{FreePort.Take()}")!);
        await Assert.That(((IListenSockets)first).Open(3, address, default, out var descriptor)).IsNull();
        using var early = Connect(address);
        await Assert.That(early).IsNotNull();
        // The first daemon is gone: its own descriptor closes, the guardian's stays.
        descriptor.Dispose();
        using var meanwhile = Connect(address);
        await Assert.That(meanwhile).IsNotNull();
        var second = New(held);
        var returned = new Dictionary<DescriptorKey, Descriptor>(
            held)
        { [DescriptorKey.TeePipe] = FakeDescriptor.Of(7) };
        foreach (var (hold, kept) in held.ToArray()) returned[hold] = Descriptors.Duplicate(kept.Number);
        second.Inherit(returned);
        await Assert.That(returned.Values.Single() == FakeDescriptor.Of(7)).IsTrue();
        await Assert.That(second.TryClaim(4, address, out _)).IsFalse();
        await Assert.That(second.Open(3, address, default, out descriptor)).IsNull();
        await Assert.That(descriptor.Number).IsGreaterThan(SpawnRequest.MaxListeners + 4);
        second.Close(3, address, descriptor);
        await Assert.That(held).IsEmpty();
        await Assert.That(Connect(address)).IsNull();
    }

    [Test]
    public async Task What_nobody_asks_for_is_closed(CancellationToken cancellation)
    {
        using var folder = new Folder();
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var address = ListenAddress.Parse($"unix:{folder.PathOf("a.sock")}")!;
        await Assert.That(New(held).Open(3, address, default, out var descriptor)).IsNull();
        var second = New(held);
        second.Inherit(held.ToDictionary(hold => hold.Key, _ => descriptor));
        second.DropUnclaimed();
        await Assert.That(held).IsEmpty();
        await Assert.That(File.Exists(address.Path)).IsFalse();
    }

    [Test]
    public async Task An_address_in_use_is_said_by_its_name(CancellationToken cancellation)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var held = new Dictionary<DescriptorKey, Descriptor>();
        foreach (var text in new[] { $"127.0.0.1:{port}", $":{port}", $"localhost:{port}" })
        {
            var failure = New(held).Open(1, ListenAddress.Parse(text)!, default, out var descriptor);
            await Assert.That(failure!.Sentence).IsEqualTo($"cannot listen on {text}: address already in use");
            await Assert.That(failure.IsTransient).IsFalse();
            await Assert.That(descriptor.IsOpen).IsFalse();
        }
        await Assert.That(held).IsEmpty();
    }

    [Test]
    public async Task Every_kind_of_address_takes_connections(CancellationToken cancellation)
    {
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var sockets = New(held);
        foreach (var (text, host) in new[] { ("[::1]:{0}", "[::1]:{0}"), (":{0}", "127.0.0.1:{0}"),
            (":{0}", "[::1]:{0}"), ("0.0.0.0:{0}", "127.0.0.1:{0}"), ("[::]:{0}", "[::1]:{0}") })
        {
            if (host.StartsWith('[') && !Socket.OSSupportsIPv6) continue;
            var port = FreePort.Take();
            var address = ListenAddress
                .Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, port))!;
            await Assert.That(((IListenSockets)sockets).Open(1, address, default, out var descriptor)).IsNull();
            using (var connected = Connect(
                ListenAddress.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, host,
                    port))!)) await Assert.That(connected).IsNotNull().Because(text);
            // What is said to be IPv6 alone is that.
            if (text.StartsWith("[::]", StringComparison.Ordinal))
                await Assert.That(Connect(ListenAddress.Parse($"127.0.0.1:{port}")!)).IsNull();
            sockets.Close(1, address, descriptor);
        }
    }

    [Test]
    public async Task A_socket_file_is_removed_only_when_nobody_answers_there(CancellationToken cancellation)
    {
        using var folder = new Folder();
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var sockets = New(held);
        var address = ListenAddress.Parse($"unix:{folder.PathOf("x.sock")}")!;
        var path = address.Path!;

        await File.WriteAllTextAsync(path, "precious", cancellation);
        var failure = sockets.Open(1, address, default, out _);
        await Assert.That(failure!.Sentence)
            .IsEqualTo($"cannot listen on {address.Text}: {path} exists and is not a socket; remove it, or choose "
                + "another path");
        await Assert.That(await File.ReadAllTextAsync(path, cancellation)).IsEqualTo("precious");
        File.Delete(path);

        using (var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            other.Bind(new UnixDomainSocketEndPoint(path));
            other.Listen(0);
            for (var i = 0; i < 3; i++)
            {
                // Also with a full queue.
                failure = sockets.Open(1, address, default, out _);
                await Assert.That(failure!.Sentence)
                    .IsEqualTo($"cannot listen on {address.Text}: address already in use");
            }
        }
        File.CreateSymbolicLink(folder.PathOf("link"), path);
        await Assert.That(sockets.Open(1, ListenAddress.Parse($"unix:{folder.PathOf("link")}")!, default,
            out _)!.Sentence).Contains("is not a socket");

        // .NET has removed the file; one that was left behind:
        Leave(path);
        await Assert.That(File.Exists(path)).IsTrue();
        await Assert.That(((IListenSockets)sockets).Open(1, address, default, out var descriptor)).IsNull();
        using (var connected = Connect(address)) await Assert.That(connected).IsNotNull();
        sockets.Close(1, address, descriptor);
        await Assert.That(File.Exists(path)).IsFalse();
    }

    [Test]
    public async Task A_path_that_somebody_else_took_over_is_left_alone(CancellationToken cancellation)
    {
        using var folder = new Folder();
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var sockets = New(held);
        var address = ListenAddress.Parse($"unix:{folder.PathOf("x.sock")}")!;
        _ = ((IListenSockets)sockets).Open(1, address, default, out var descriptor);
        File.Delete(address.Path!);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(address.Path!));
        other.Listen();
        sockets.Close(1, address, descriptor);
        using var connected = Connect(address);
        await Assert.That(connected).IsNotNull();
    }

    [Test]
    public async Task Nobody_else_may_connect_but_by_a_mask_that_says_so(CancellationToken cancellation)
    {
        using var folder = new Folder();
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var sockets = New(held);
        foreach (var (mask, mode) in new (string?, UnixFileMode)[]
                 {
                     (null, UnixFileMode.UserRead | UnixFileMode.UserWrite),
                     ("007",
                         UnixFileMode.UserRead | UnixFileMode.UserWrite
                | UnixFileMode.GroupRead | UnixFileMode.GroupWrite),
                 })
        {
            var address = ListenAddress.Parse($"unix:{folder.PathOf("m.sock")}")!;
            _ = sockets.Open(1, address, new SocketFileRights(null, null, mask), out var descriptor);
            await Assert.That(File.GetUnixFileMode(address.Path!)).IsEqualTo(mode);
            sockets.Close(1, address, descriptor);
        }
        var failure = sockets
            .Open(1, ListenAddress.Parse($"unix:{folder.PathOf("m.sock")}")!,
                new SocketFileRights("no such user", null, null), out _);
        await Assert.That(failure!.Sentence).EndsWith("there is no user 'no such user'");
        await Assert.That(File.Exists(folder.PathOf("m.sock"))).IsFalse();
        failure = sockets.Open(1, ListenAddress.Parse($"unix:{folder.PathOf("none/m.sock")}")!, default, out _);
        await Assert.That(failure!.Sentence).EndsWith("m.sock: no such file or directory");
    }

    [Test]
    public async Task A_child_finds_its_sockets_from_three_on_and_its_own_pid(CancellationToken cancellation)
    {
        using var box = new Sandbox();
        var held = new Dictionary<DescriptorKey, Descriptor>();
        var sockets = New(held);
        var (open, descriptors) = (new List<(ListenAddress Address, Descriptor Socket)>(), new List<int>());
        for (var i = 0; i < 3; i++)
        {
            var address = ListenAddress.Parse($"unix:{box.PathOf($"{i}.sock")}")!;
            _ = sockets.Open(1, address, default, out var descriptor);
            open.Add((address, descriptor));
            descriptors.Add(descriptor.Number);
        }
        var request = box
            .Shell("echo $$ $LISTEN_PID $WATCHDOG_PID $LISTEN_FDS; exec sleep 1000", ("LISTEN_FDS", "3")) with
        {
            Listeners = descriptors,
            SetUp = new SetUp { PidVariables = "WATCHDOG_PID,LISTEN_PID" },
        };
        var child = box.Spawn(request);
        await Assert.That(await box.ReadUntilAsync("out", "\n", cancellation))
            .IsEqualTo($"{child.Pid} {child.Pid} {child.Pid} 3\n");
        await Sandbox.UntilAsync(() => box.System.ReadTree(child.Pid) is [{ Command: "sleep 1000" }], cancellation);
        // The loader has a library open for a moment.
        await Sandbox.UntilAsync(() => Sandbox.DescriptorsOf(child.Pid) == "0 1 2 3 4 5", cancellation);
        for (var i = 0; i < 3; i++)
            await Assert.That(File.ResolveLinkTarget($"/proc/{child.Pid}/fd/{3 + i}", false)!.Name)
                .IsEqualTo(File.ResolveLinkTarget($"/proc/self/fd/{descriptors[i]}", false)!.Name);
        var failed = box.System.Spawn(request with { Program = "/no/such/program" });
        await Assert.That(failed.Failure!.Sentence).Contains("/no/such/program");
        foreach (var (address, socket) in open) sockets.Close(1, address, socket);
        await Assert.That(held).IsEmpty();
    }

    static ListenSockets New(Dictionary<DescriptorKey, Descriptor> held) => new(new DictionaryStore(held));

    /// <summary>Null: refused.</summary>
    static Socket? Connect(ListenAddress address)
    {
        EndPoint target = address.Path is { } path
            ? new UnixDomainSocketEndPoint(path)
            : new IPEndPoint(new IPAddress(address.Host!), address.Port);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(target);
            return socket;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused
            or SocketError.AddressNotAvailable)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>A socket's file whose socket is gone.</summary>
    static unsafe void Leave(string path)
    {
        var socket = SysSocket.socket(SysSocket.AF_UNIX, SysSocket.SOCK_STREAM | SysSocket.SOCK_CLOEXEC, 0);
        _ = SockaddrUn.TryCreate(path, out var name);
        _ = SysSocket.bind(socket, &name, (uint)sizeof(SockaddrUn));
        _ = Unistd.close(socket);
    }

    sealed class Folder : IDisposable
    {
        readonly string _path = Directory.CreateTempSubdirectory("tspm-l-").FullName;

        public string PathOf(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
