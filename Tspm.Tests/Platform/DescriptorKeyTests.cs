using CsCheck;
using Tspm.Platform;

namespace Tspm.Tests.Platform;

/// <summary>
/// Guardians of other versions keep descriptors under these numbers, so each number means the same for ever.
/// </summary>
[Timeout(60_000)]
internal sealed class DescriptorKeyTests
{
    /// <summary>
    /// The numbers that 2.0.0-alpha.1 and 2.0.0-alpha.2 put on the wire, as their five files computed them.
    /// </summary>
    [Test]
    public async Task The_numbers_of_earlier_versions_are_kept(CancellationToken cancellation)
    {
        const ulong run = 638_712_345_678_901_234;
        (DescriptorKey Key, ulong Wire, DescriptorKind Kind)[] known =
        [
            (DescriptorKey.Output(run, OutputKind.Out), 1_277_424_691_357_802_468, DescriptorKind.Output),
            (DescriptorKey.Output(run, OutputKind.Err), 1_277_424_691_357_802_469, DescriptorKind.Output),
            (DescriptorKey.Output(2, OutputKind.Out), 4, DescriptorKind.Output),
            (DescriptorKey.NotifySocket(run), 9_862_084_382_533_677_042, DescriptorKind.NotifySocket),
            (DescriptorKey.DropCount, 9_223_372_036_854_775_808, DescriptorKind.DropCount),
            (DescriptorKey.TeePipe, 9_223_372_036_854_775_809, DescriptorKind.TeePipe),
            (DescriptorKey.Listener(0), 13_835_058_055_282_163_712, DescriptorKind.Listener),
            (DescriptorKey.Listener(ulong.MaxValue), 18_446_744_073_709_551_615, DescriptorKind.Listener),
            (DescriptorKey.Listener(0x7b5c_3d1e_9f80_a642), 18_112_419_003_111_614_018, DescriptorKind.Listener),
        ];
        foreach (var (key, wire, kind) in known)
        {
            await Assert.That(key.Wire).IsEqualTo(wire).Because(key.ToString());
            await Assert.That(DescriptorKey.FromWire(wire)).IsEqualTo(key);
            await Assert.That(key.Kind).IsEqualTo(kind).Because(key.ToString());
            await Assert.That(key.IsGivenBack).IsEqualTo(kind != DescriptorKind.Output);
        }
        await Assert.That(known.Select(entry => entry.Wire).Distinct().Count()).IsEqualTo(known.Length);
    }

    /// <summary>
    /// Run numbers are clock ticks: from a machine without a clock (the year 1) to one far in the future.
    /// </summary>
    [Test]
    public void A_key_comes_back_from_its_number_with_run_and_output(CancellationToken cancellation) =>
        Gen.Select(Gen.ULong[2, (1UL << 62) - 1], Gen.Bool).Sample((run, isErr) =>
        {
            var kind = isErr ? OutputKind.Err : OutputKind.Out;
            var output = DescriptorKey.FromWire(DescriptorKey.Output(run, kind).Wire);
            var socket = DescriptorKey.FromWire(DescriptorKey.NotifySocket(run).Wire);
            return (output.Kind, output.RunId, output.OutputKind) == (DescriptorKind.Output, run, kind)
                && (socket.Kind, socket.RunId) == (DescriptorKind.NotifySocket, run);
        });

    [Test]
    public void Every_number_is_a_key_and_keeps_its_bits(CancellationToken cancellation) =>
        Gen.ULong.Sample(wire =>
        {
            var key = DescriptorKey.FromWire(wire);
            return key.Wire == wire && Enum.IsDefined(key.Kind) && key.ToString().Length > 0;
        });

    /// <summary>
    /// A file name in the home can contain any number: nothing that it leads to may be taken for another kind.
    /// </summary>
    [Test]
    public void A_run_number_that_is_too_large_changes_no_kind(CancellationToken cancellation) =>
        Gen.ULong[1UL << 62, ulong.MaxValue].Sample(run =>
            DescriptorKey.Output(run, OutputKind.Err).Kind == DescriptorKind.Output
            && DescriptorKey.NotifySocket(run).Kind != DescriptorKind.Listener);
}
