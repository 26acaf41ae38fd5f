using System;
using System.Runtime.InteropServices;
using Weir.Raw;

namespace Weir
{
    /// <summary>What <see cref="WeirException.Status"/> may say. Later versions add numbers.</summary>
    public static class Status
    {
        public const int InvalidArgument = WeirNative.WEIR_E_INVALID_ARGUMENT;
        public const int Closed = WeirNative.WEIR_E_CLOSED;
        public const int IO = WeirNative.WEIR_E_IO;
        public const int NoSpace = WeirNative.WEIR_E_NO_SPACE;
        public const int NoMemory = WeirNative.WEIR_E_NO_MEMORY;
        public const int Corrupt = WeirNative.WEIR_E_CORRUPT;
        public const int Locked = WeirNative.WEIR_E_LOCKED;
        public const int Busy = WeirNative.WEIR_E_BUSY;
        public const int Exists = WeirNative.WEIR_E_EXISTS;
        public const int TooLarge = WeirNative.WEIR_E_TOO_LARGE;
        public const int Limit = WeirNative.WEIR_E_LIMIT;
        public const int ReadOnly = WeirNative.WEIR_E_READ_ONLY;
        public const int Unsupported = WeirNative.WEIR_E_UNSUPPORTED;
        public const int FormatTooNew = WeirNative.WEIR_E_FORMAT_TOO_NEW;
        public const int BufferTooSmall = WeirNative.WEIR_E_BUFFER_TOO_SMALL;
        public const int Failed = WeirNative.WEIR_E_FAILED;
        public const int Forked = WeirNative.WEIR_E_FORKED;
        public const int Access = WeirNative.WEIR_E_ACCESS;
        public const int Internal = WeirNative.WEIR_E_INTERNAL;
    }

    /// <summary>A call that libweir refused or could not carry out.</summary>
    public sealed class WeirException : Exception
    {
        internal WeirException(int status, int osError, string message) : base(message)
        {
            Status = status;
            OSError = osError;
        }

        /// <summary>One of <see cref="Weir.Status"/>.</summary>
        public int Status { get; }

        /// <summary>The system's errno where it was the reason, or 0.</summary>
        public int OSError { get; }

        /// <summary>Unfolds a result of the raw layer, whose module class sends each one through here.</summary>
        internal static long Check(long result)
        {
            return result >= 0 ? result : throw Unfold(result);
        }

        private static WeirException Unfold(long result)
        {
            try
            {
                return new WeirException(
                    WeirNative.weirll_error_status(result),
                    WeirNative.weirll_error_os_error(result),
                    Marshal.PtrToStringUTF8(WeirNative.weirll_error_message(result)));
            }
            finally
            {
                WeirNative.weirll_error_free(result);
            }
        }

        /// <summary>Refuses what C would take for the end of a name.</summary>
        internal static void CheckText(string what, string text)
        {
            if (text == null) throw new ArgumentNullException(what);
            if (text.IndexOf('\0') >= 0)
            {
                throw new WeirException(Weir.Status.InvalidArgument, 0, what + " holds a zero character");
            }
        }
    }
}
