"""Let this process compute, and nothing else: a Linux seccomp filter (seccomp(2)), without a library.

Every system call that is not on the list fails with EPERM. Where there is no such filter (another system or
processor, an old kernel, a container that forbids it) the limits of the fence hold alone.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06  # of classic BPF, linux/bpf_common.h
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data
_CLONE_THREAD = 0x00010000

# platform.machine() -> (AUDIT_ARCH_*, clone, clone3).
_MACHINES = {"x86_64": (0xC000003E, 56, 435), "aarch64": (0xC00000B7, 220, 435)}
# What may be called, by its number on each of them: reading and writing what is open, memory, signals of its
# own, time, random bytes, waiting for its own threads, ending. `newfstatat` is how the C library asks about
# an open file; by a path it tells sizes and dates, never what is inside.
_CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "writev": (20, 66),
    "close": (3, 57),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "futex": (202, 98),
    "rseq": (334, 293),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "gettid": (186, 178),
    "getpid": (39, 172),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "getrusage": (98, 165),
    "gettimeofday": (96, 169),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "getrandom": (318, 278),
    "exit": (60, 93),
    "exit_group": (231, 94),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def allow_only_computing() -> bool:
    """Give up every other system call, for this process and its threads; whether that could be done."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _MACHINES:
        return False
    column = list(_MACHINES).index(machine)
    code = _filter(*_MACHINES[machine], [numbers[column] for numbers in _CALLS.values()])
    program = _Program(len(code) // 8, code)
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong)
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, None, 0, 0) != 0:
        return False
    return bool(prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program), 0, 0) == 0)


def _filter(machine: int, clone: int, clone3: int, allowed: list[int]) -> bytes:
    """Classic BPF: allow the calls of the list, and `clone` where it makes a thread."""
    checks = [_step(_EQUAL, number, if_not=1) + _step(_RETURN, _ALLOW) for number in allowed]
    return b"".join(
        (
            _step(_LOAD, _MACHINE_AT),
            _step(_EQUAL, machine, if_so=1),
            _step(_RETURN, _KILL),  # a program in another machine's numbering
            _step(_LOAD, _NUMBER_AT),
            *checks,
            # Its flags are behind a pointer; the C library then takes `clone`.
            _step(_EQUAL, clone3, if_not=1),
            _step(_RETURN, _ERRNO | errno.ENOSYS),
            _step(_EQUAL, clone, if_not=3),
            _step(_LOAD, _FIRST_ARGUMENT_AT),
            _step(_ANY_BIT, _CLONE_THREAD, if_not=1),
            _step(_RETURN, _ALLOW),
            _step(_RETURN, _ERRNO | errno.EPERM),
        )
    )


def _step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    """One instruction; the jumps count the instructions to leave out."""
    return struct.pack("=HBBI", code, if_so, if_not, value)
