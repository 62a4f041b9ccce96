/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A guest of one page, to find out whether an accelerator can really run guests.
 *
 * A processor wakes up as if it were 1978 and an operating system has to lead it, step by
 * step, to 64 bits. This guest takes the same steps and writes a letter after each:
 *
 *   R  real mode: 16 bits, no protection, the state after reset
 *   P  protected mode: 32 bits, segments come from a table (the GDT)
 *   L  long mode: 64 bits, every address goes through page tables
 *   O  the page tables do what they say, and so do the SSE registers
 *   K  CPUID was answered: an instruction that every hypervisor must take over
 *
 * The letters go to I/O port 0xE9, where QEMU's `isa-debugcon` passes them on, and the
 * farewell to port 0xF4, where `isa-debug-exit` ends QEMU with status 2 * value + 1.
 * An accelerator that is broken stops somewhere on the way, and the last letter says where.
 *
 * How it comes to run: QEMU maps a `-bios` image so that it ends where the first 4 GiB of
 * addresses end, and a processor's first instruction is 16 bytes before that end (the reset
 * vector, 0xFFFFFFF0). This page is the image's last; drover-accel-probe.c puts zeros before
 * it, as QEMU wants images in multiples of 64 KiB.
 *
 * The bytes stand in libdrover-core's read-only data and are never run there. So no label
 * may be used as an address, which would be that of the library: ADDRESS() says where a
 * label is in the guest. The numbers are those of the Intel SDM, volume 3: look for "Control
 * Registers", "Segment Descriptors", "4-Level Paging" and "Initializing IA-32e Mode".
 */

#define PAGE_ADDRESS   0xFFFFF000                 /* where the guest finds this page */
#define ADDRESS(label) (PAGE_ADDRESS + (label) - drover_accelprobe_start)
/* After reset the code segment begins at 0xFFFF0000, so there the page is at 0xF000. */
#define OFFSET(label)  (0xF000 + (label) - drover_accelprobe_start)

#define PORT_LETTERS   0xE9
#define PORT_EXIT      0xF4
#define EXIT_PASSED    16                         /* QEMU ends with 2 * 16 + 1 = 33 */
#define EXIT_WRONG     1                          /* and here with 3 */

#define CR0_PE         (1 << 0)                   /* protected mode */
#define CR0_PG         (1 << 31)                  /* paging */
#define CR4_PAE        (1 << 5)                   /* page table entries of 64 bits */
#define CR4_OSFXSR     (1 << 9)                   /* SSE instructions are allowed */
#define MSR_EFER       0xC0000080
#define EFER_LME       (1 << 8)                   /* long mode, once paging is on */

#define SELECTOR_CODE32 0x08                      /* places in the GDT below */
#define SELECTOR_DATA   0x10
#define SELECTOR_CODE64 0x18

/* Four page tables in RAM: a processor writes into them ("accessed"), so not in the image. */
#define TABLE_PML4     0x1000                     /* one entry for each 512 GiB */
#define TABLE_PDPT     0x2000                     /* one for each GiB */
#define TABLE_LOW      0x3000                     /* one for each 2 MiB of the first GiB */
#define TABLE_HIGH     0x4000                     /* the same for the fourth GiB */
#define ENTRY_TABLE    0x003                      /* present, writable */
#define ENTRY_2MIB     0x083                      /* and a page of 2 MiB, not a table */

#define SCRATCH        0x6000                     /* RAM to write to */
#define ALIAS          (2 * 1024 * 1024)          /* the same RAM is seen again here */

  .section .rodata.drover_accelprobe, "a", @progbits
  .balign 16
  .globl drover_accelprobe_start
  .hidden drover_accelprobe_start
  .globl drover_accelprobe_end
  .hidden drover_accelprobe_end

drover_accelprobe_start:

/* ---- real mode --------------------------------------------------------------------- */
  .code16
real_mode:
  movb $'R', %al
  outb %al, $PORT_LETTERS

  /* The data segment begins at 0 and reaches only 64 KiB; the code segment is where we are. */
  lgdtl %cs:OFFSET(gdt_pointer)
  movl %cr0, %eax
  orl $CR0_PE, %eax
  movl %eax, %cr0
  /* The jump loads the code segment register anew, and only that ends 16-bit mode. */
  ljmpl $SELECTOR_CODE32, $ADDRESS(protected_mode)

/* ---- protected mode ---------------------------------------------------------------- */
  .code32
protected_mode:
  movl $SELECTOR_DATA, %eax
  movl %eax, %ds
  movl %eax, %es
  movl %eax, %ss
  movb $'P', %al
  outb %al, $PORT_LETTERS

  /* Clear the four tables: an entry of 0 is "not present". */
  cld
  xorl %eax, %eax
  movl $TABLE_PML4, %edi
  movl $(4 * 4096 / 4), %ecx
  rep stosl

  /* Two windows are enough: RAM at 0 (and once more at ALIAS), and the image at the top. */
  movl $(TABLE_PDPT + ENTRY_TABLE), TABLE_PML4
  movl $(TABLE_LOW + ENTRY_TABLE), TABLE_PDPT
  movl $(TABLE_HIGH + ENTRY_TABLE), TABLE_PDPT + 3 * 8
  movl $ENTRY_2MIB, TABLE_LOW
  movl $ENTRY_2MIB, TABLE_LOW + 1 * 8
  movl $(0xFFE00000 + ENTRY_2MIB), TABLE_HIGH + 511 * 8

  movl $TABLE_PML4, %eax
  movl %eax, %cr3
  movl %cr4, %eax
  orl $(CR4_PAE | CR4_OSFXSR), %eax
  movl %eax, %cr4
  movl $MSR_EFER, %ecx
  rdmsr
  orl $EFER_LME, %eax
  wrmsr
  movl %cr0, %eax
  orl $CR0_PG, %eax
  movl %eax, %cr0
  /* Long mode is on, in its 32-bit variant; again a jump brings the full thing. */
  ljmpl $SELECTOR_CODE64, $ADDRESS(long_mode)

/* ---- long mode --------------------------------------------------------------------- */
  .code64
long_mode:
  movb $'L', %al
  outb %al, $PORT_LETTERS

  /* A value that needs all 64 bits, written at one address, must be read at the other. */
  movabsq $0x0123456789ABCDEF, %rbx
  movl $SCRATCH, %edi
  movq %rbx, (%rdi)
  cmpq %rbx, ALIAS(%rdi)
  jne wrong
  /* Through an SSE register. This is what tells a processor from a pretence: a KVM without
   * hardware underneath can take one instruction after the other through the kernel's own
   * small emulator, which knows all the others here, but no sums in SSE registers. */
  movq %rbx, %xmm0
  paddq %xmm0, %xmm0
  movq %xmm0, %rax
  addq %rbx, %rbx
  cmpq %rbx, %rax
  jne wrong
  movb $'O', %al
  outb %al, $PORT_LETTERS

  /* Leaf 0x80000001 tells in bit 29 of EDX that there is a long mode, where we stand. */
  movl $0x80000001, %eax
  cpuid
  btl $29, %edx
  jnc wrong
  movb $'K', %al
  outb %al, $PORT_LETTERS

  movb $EXIT_PASSED, %al
  jmp leave
wrong:
  movb $EXIT_WRONG, %al
leave:
  outb %al, $PORT_EXIT
  /* QEMU ends a little later, not inside the instruction above: stay out of its way. */
halt:
  cli
  hlt
  jmp halt

/* ---- tables ------------------------------------------------------------------------ */
  .balign 8
gdt:
  .quad 0                                         /* the first entry is never used */
  .quad 0x00CF9B000000FFFF                        /* code, 32 bits, 0 to 4 GiB */
  .quad 0x00CF93000000FFFF                        /* data, 0 to 4 GiB */
  .quad 0x00AF9B000000FFFF                        /* code, 64 bits */
gdt_end:
gdt_pointer:
  .word gdt_end - gdt - 1
  .long ADDRESS(gdt)

/* ---- the reset vector: 16 bytes before the end -------------------------------------- */
  .org drover_accelprobe_start + 0xFF0
  .code16
reset:
  jmp real_mode
  .org drover_accelprobe_start + 0x1000
drover_accelprobe_end:

  /* Without this line the linker would give the whole library an executable stack. */
  .section .note.GNU-stack, "", @progbits
