/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A guest of a few hundred bytes, to find out whether an accelerator can really run Arm
 * guests. accelprobe-x86_64.S tells the whole idea; here an Arm processor starts in 64 bits
 * right away, so there are fewer steps:
 *
 *   R  it runs: exception level 1, where kernels live, without an MMU
 *   M  the MMU is on, the page tables do what they say, and so do the SIMD registers
 *   K  the virtual counter moves: without it a guest waits for ever
 *
 * The letters go to the PL011 serial port of `-machine virt`. The farewell is a call of the
 * firmware, PSCI's SYSTEM_OFF, which QEMU or KVM answer themselves; QEMU then ends with
 * status 0. Where something is wrong it is called too, but there was no K before it.
 *
 * How it comes to run: `-kernel` puts a file that is not a Linux image into RAM, half a MiB
 * above its beginning, and jumps to its first byte. The code works at any address.
 *
 * The bytes stand in libdrover-core's read-only data and are never run there. The numbers
 * are those of the Arm Architecture Reference Manual: look for "VMSAv8-64" (the translation
 * of addresses) and the names of the registers.
 */

#define UART           0x09000000                 /* PL011 of `-machine virt` */
#define UART_CR        0x30                       /* its control register */
#define UART_CR_ON     0x101                      /* the port is on and may send */
#define PSCI_OFF       0x84000008                 /* SYSTEM_OFF */

/* One page table, with an entry for each GiB of addresses, is enough. */
#define TABLE_DISTANCE 0x10000                    /* from the image's page to the table */
#define BLOCK          0x401                      /* a block of 1 GiB, "accessed" */
#define BLOCK_DEVICE   (BLOCK | (0 << 2))         /* attribute 0 of MAIR below */
#define BLOCK_RAM      (BLOCK | (1 << 2) | (3 << 8)) /* attribute 1, inner shareable */
#define RAM            0x40000000                 /* where `virt` has its RAM */
#define ALIAS_DISTANCE 0x40000000                 /* the same RAM is seen again 1 GiB on */
#define MAIR           0xFF00                     /* 0: device; 1: memory with caches */
/* Addresses of 39 bits (64 - 25), pages of 4 KiB, no upper half. The table itself is read
 * past the caches, for it was written while they were off. */
#define TCR            (25 | (1 << 23))
#define SCTLR_ON       ((1 << 0) | (1 << 2) | (1 << 12)) /* MMU, data and code caches */
#define CPACR_SIMD     (3 << 20)                  /* no trap on floating point and SIMD */
#define PATIENCE       (1 << 24)                  /* readings of a counter that stands still */

  .section .rodata.drover_accelprobe, "a", %progbits
  .balign 16
  .globl drover_accelprobe_start
  .hidden drover_accelprobe_start
  .globl drover_accelprobe_end
  .hidden drover_accelprobe_end

drover_accelprobe_start:
image:
  mov x20, #UART
  mov w0, #UART_CR_ON
  str w0, [x20, #UART_CR]
  mov w0, #'R'
  str w0, [x20]

  /* x21: the page table, in the RAM behind us. */
  adr x21, image                                  /* a local label: nothing left to link */
  and x21, x21, #~0xFFF
  add x21, x21, #TABLE_DISTANCE
  mov x0, x21
  mov x1, #512
clear:
  str xzr, [x0], #8
  subs x1, x1, #1
  b.ne clear
  mov x0, #BLOCK_DEVICE
  str x0, [x21]
  mov x0, #RAM
  add x0, x0, #(BLOCK_RAM & ~0xFF)                /* in two steps, as an Arm's constants */
  add x0, x0, #(BLOCK_RAM & 0xFF)                 /* have 12 bits */
  str x0, [x21, #8]
  str x0, [x21, #16]
  dsb sy

  mov x0, #MAIR
  msr mair_el1, x0
  ldr x0, =TCR
  msr tcr_el1, x0
  msr ttbr0_el1, x21
  isb
  tlbi vmalle1
  ic iallu
  dsb sy
  isb
  mrs x0, sctlr_el1
  ldr x1, =SCTLR_ON
  orr x0, x0, x1
  msr sctlr_el1, x0
  isb

  /* A value written at one address must be read at the other. */
  ldr x2, =0x0123456789ABCDEF
  add x0, x21, #4096
  mov x1, #ALIAS_DISTANCE
  str x2, [x0]
  dsb sy
  ldr x3, [x0, x1]
  cmp x2, x3
  b.ne leave
  /* Through a SIMD register. */
  mov x0, #CPACR_SIMD
  msr cpacr_el1, x0
  isb
  dup v0.2d, x2
  add v0.2d, v0.2d, v0.2d
  mov x3, v0.d[1]
  cmp x3, x2, lsl #1
  b.ne leave
  mov w0, #'M'
  str w0, [x20]

  mrs x2, cntvct_el0
  mov w1, #PATIENCE
again:
  isb
  mrs x3, cntvct_el0
  cmp x2, x3
  b.ne moved
  subs w1, w1, #1
  b.ne again
  b leave
moved:
  mov w0, #'K'
  str w0, [x20]

leave:
  ldr w0, =PSCI_OFF
  hvc #0
halt:
  wfi
  b halt
  .ltorg                                          /* the constants of `ldr =` stand here */
drover_accelprobe_end:

  /* Without this line the linker would give the whole library an executable stack. */
  .section .note.GNU-stack, "", %progbits
