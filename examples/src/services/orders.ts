import { type OrderPlacedInput, OrdersPlacedProducer } from "../gen/orders-placed.ts";
import { runService, type ServiceContext } from "../service.ts";

const CUSTOMERS = ["ada", "grace", "edsger", "barbara", "donald", "frances", "tony", "radia"];
const SHELF = [
  { sku: "type-case", minorUnits: 18_900n },
  { sku: "composing-stick", minorUnits: 6_450n },
  { sku: "black-ink", minorUnits: 2_390n },
  { sku: "cotton-paper", minorUnits: 1_275n },
] as const;

/** The order with this number; the same number always gives the same order. */
export function makeOrder(number: number): OrderPlacedInput {
  const lines = SHELF.filter((_, index) => (number + index) % 3 !== 0).map(({ sku, minorUnits }, index) => ({
    sku,
    quantity: 1 + ((number * 7 + index) % 4),
    unitPrice: { minorUnits, currency: "EUR" },
  }));
  return {
    orderId: `order-${number}`,
    customerId: CUSTOMERS[number % CUSTOMERS.length]!,
    placedAt: new Date(),
    channel: number % 5 === 0 ? "STORE" : undefined,
    lines,
  };
}

/** Takes orders and publishes each one on `orders.placed`, keyed by customer. Returns how many. */
export async function placeOrders({ client, log }: ServiceContext, count: number): Promise<number> {
  await using producer = new OrdersPlacedProducer(client);
  const orders = Array.from({ length: count }, (_, number) => makeOrder(number));
  const placed = await producer.sendBatch(orders);
  const partitions = new Set(placed.map(({ partition }) => partition));
  log(`placed ${placed.length} orders of ${CUSTOMERS.length} customers on ${partitions.size} partitions`);
  return placed.length;
}

if (import.meta.main) await runService("orders", (context) => placeOrders(context, 100));
