using Tspm.Libc;
using Tspm.Logs.Writing;

namespace Tspm.Tests.Logs.Writing;

/// <summary>A FIFO that cannot be given to another user means that the program cannot run as that user.</summary>
[Timeout(10_000)]
internal sealed class FifoOpeningTests
{
    [Test]
    public async Task The_lack_of_a_right_is_about_the_user_and_not_about_a_file(CancellationToken cancellation)
    {
        await Assert.That(FifoOpening.NotGiven("/h/run/0.1.out", "root", Errno.EPERM).Sentence)
            .IsEqualTo("cannot run it as user 'root': only a daemon that runs as root may change the user (the "
                + "system-wide daemon does: tspm --system)");
        await Assert.That(FifoOpening.NotGiven("/h/run/0.1.out", "root", Errno.EIO).Sentence)
            .StartsWith("cannot give /h/run/0.1.out to user root: ");
    }
}
